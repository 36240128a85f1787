import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadKeys } from './index.ts';
import { generateKeys, keyIds, keyNames, loadInsideKeys, packKeys, unpackKeys } from './inside-door.ts';
import { formatKeyFile } from './key-file.ts';

let home: string;
let dir: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'numfleet-keys-'));
  dir = path.join(home, 'new', 'keys');
});
afterEach(() => rm(home, { recursive: true }));

const bytesOfAll = async () => Promise.all(keyNames.map((name) => readFile(path.join(dir, `${name}.key`), 'utf8')));

describe('generateKeys', () => {
  test('makes a whole set of 32-byte keys that only their owner can read, and nothing beside it', async () => {
    await generateKeys(dir);
    const keys = await loadInsideKeys(dir, keyNames);
    expect(keyNames.map((name) => keys[name].length)).toEqual(keyNames.map(() => 32));
    expect(new Set(Object.values(keys).map((key) => key.toString('hex'))).size).toBe(keyNames.length);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    const modes = await Promise.all((await readdir(dir)).map(async (file) => (await stat(path.join(dir, file))).mode));
    expect(modes.map((mode) => mode & 0o777)).toEqual(keyNames.map(() => 0o600));
    expect(await readdir(path.dirname(dir))).toEqual(['keys']);
  });

  test('never touches a set that is there', async () => {
    await generateKeys(dir);
    const before = await bytesOfAll();
    await generateKeys(dir);
    expect(await bytesOfAll()).toEqual(before);
  });

  test('leaves out the one that the environment holds, and a backup has it', async () => {
    await generateKeys(dir, ['number-storage']);
    await generateKeys(dir, ['number-storage']);
    expect(await readdir(dir)).toHaveLength(keyNames.length - 1);
    const given = formatKeyFile('number-storage', { id: '0123456789abcdef', key: randomBytes(32) });
    expect((await keyIds(dir, given))['number-storage']).toBe('0123456789abcdef');
    const backup = await unpackKeys(await packKeys(dir, 'four random words', given), 'four random words');
    expect(formatKeyFile('number-storage', backup['number-storage'])).toBe(given);
    await expect(packKeys(dir, 'four random words')).rejects.toMatchObject({ code: 'key-missing' });
  });

  test('fills an empty folder, as a mounted or unpacked one is', async () => {
    await mkdir(dir, { recursive: true });
    await generateKeys(dir);
    await expect(loadKeys(dir, ['url'])).resolves.toHaveProperty('url');
  });

  test('eight at once end with one set, the public half matching the private', async () => {
    await Promise.all(Array.from({ length: 8 }, () => generateKeys(dir)));
    const ids = await keyIds(dir);
    expect(Object.keys(ids)).toEqual(keyNames);
    expect(ids['sealing-public']).toBe(ids['sealing-private']);
    expect(await readdir(path.dirname(dir))).toEqual(['keys']);
  });

  test('I3: refuses to put new keys beside old ones, and names those that are missing', async () => {
    await generateKeys(dir);
    await rm(path.join(dir, 'number-storage.key'));
    const refusal = { code: 'key-missing', message: expect.stringContaining('number-storage') };
    await expect(generateKeys(dir)).rejects.toMatchObject(refusal);
    expect(await readdir(dir)).toHaveLength(keyNames.length - 1);
    expect(Object.keys(await keyIds(dir))).not.toContain('number-storage');
  });

  test('adds the keys that a folder of an older Numfleet lacks, and touches no other; many at once end with the same', async () => {
    await generateKeys(dir);
    const older = keyNames.filter((name) => name !== 'audit' && name !== 'suppression');
    const before = await keyIds(dir);
    for (const name of ['audit', 'suppression']) await rm(path.join(dir, `${name}.key`));
    await Promise.all(Array.from({ length: 8 }, () => generateKeys(dir)));
    const after = await keyIds(dir);
    expect(Object.keys(after)).toEqual(keyNames);
    expect(older.map((name) => after[name])).toEqual(older.map((name) => before[name]));
    expect(after.audit).not.toBe(before.audit);
    expect((await readdir(dir)).sort()).toEqual(keyNames.map((name) => `${name}.key`).sort());
  });

  // Nobody may make a folder in Linux's /sys, root included.
  test.runIf(process.platform === 'linux')('says which folder it cannot write', async () => {
    await writeFile(path.join(home, 'file'), '');
    for (const unwritable of ['/sys/numfleet/keys', path.join(home, 'file', 'keys'), path.join(home, 'file')]) {
      const refusal = { code: 'folder-readonly', message: expect.stringContaining(unwritable) };
      await expect(generateKeys(unwritable)).rejects.toMatchObject(refusal);
    }
    expect(await readdir(home)).toEqual(['file']);
  });
});

describe('loadKeys', () => {
  test('a missing key says which, where, and what to do', async () => {
    const message = expect.stringMatching(/"url".*url\.key.*numfleet keys generate/);
    await expect(loadKeys(dir, ['url'])).rejects.toMatchObject({ code: 'key-missing', message });
  });

  test('a damaged, renamed or foreign file is noticed, and not quoted', async () => {
    await generateKeys(dir);
    const file = path.join(dir, 'url.key');
    const good = await readFile(file, 'utf8');
    const { key } = JSON.parse(good) as { key: string };
    const other = key.startsWith('A') ? 'B' : 'A';
    const damaged = [good.replace(key, other + key.slice(1)), good.replace(key, ''), good.slice(0, 40), key, '{}', ''];
    for (const text of damaged) {
      await writeFile(file, text);
      const refusal = { code: 'key-wrong', message: expect.not.stringContaining(key.slice(0, 8)) };
      await expect(loadKeys(dir, ['url']), text).rejects.toMatchObject(refusal);
    }
    await rename(path.join(dir, 'page.key'), file);
    await expect(loadKeys(dir, ['url'])).rejects.toMatchObject({ code: 'key-wrong' });
    await writeFile(file, good);
    await expect(loadKeys(dir, ['url'])).resolves.toHaveProperty('url');
  });

  test('a key has memory of its own, so that sending it to a thread sends nothing else', async () => {
    await generateKeys(dir);
    const { url } = await loadKeys(dir, ['url']);
    expect(url.buffer.byteLength).toBe(32);
  });
});
