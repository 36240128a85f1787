import { randomBytes } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startFleetProcess } from '@numfleet/e2e';
import { reachDatabase } from '@numfleet/embedded';
import {
  beginReplacing,
  beginRotation,
  createNumberVault,
  keyIds,
  loadInsideKeys,
  loadMasterKey,
} from '@numfleet/privacy/inside';
import { reveal } from '@numfleet/privacy/reveal';
import { type Sites, startSites } from '@numfleet/sites';
import { createStore, readCampaignKey } from '@numfleet/store';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNumfleet, expectNothingLeft, type Numfleet, refusal } from './testing/numfleet.ts';

let sites: Sites;
let numfleet: Numfleet;
let keys: string;
let backup: string;
beforeAll(async () => {
  sites = await startSites();
  numfleet = await createNumfleet({ env: { NUMFLEET_EGRESS_HOSTS: sites.egressHosts } });
  keys = join(numfleet.home, 'keys');
  backup = join(numfleet.home, 'keys.age');
});
afterAll(async () => {
  await numfleet[Symbol.asyncDispose]();
  await sites[Symbol.asyncDispose]();
});

const passphrase = 'four random words stand here';
const input = `${passphrase}\n`;
const contentOf = async (dir: string) => {
  const names = (await readdir(dir)).sort();
  return await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name), 'utf8')]));
};

test('keys generate makes them once, and never others', async () => {
  const first = await numfleet.run(['keys', 'generate']);
  expect({ exitCode: first.exitCode, stderr: first.stderr }).toEqual({ exitCode: 0, stderr: '' });
  const made = await contentOf(keys);
  expect(made.length).toBeGreaterThan(4);
  expect((await numfleet.run(['keys', 'generate'])).exitCode).toBe(0);
  expect(await contentOf(keys)).toEqual(made);
  for (const [, key] of made) expect(first.stdout).not.toContain(JSON.parse(key ?? '').key);
});

test('I3: a key folder that was lost stops the start, by name; put back from its backup it opens every number again', async () => {
  let before: string[];
  {
    await using fleet = await startFleetProcess({ home: numfleet.home, egressHosts: sites.egressHosts });
    const campaign = { purpose: 'a test', seeds: ['http://harbour-bakery.test'], delayMs: 0 };
    await fleet.api.finished(await fleet.api.createCampaign(campaign), { withinMs: 60_000 });
    before = (await fleet.api.numbers('1', 'comparing them')).map(({ number }) => number);
    const saved = await numfleet.run(['keys', 'backup', backup], { input });
    expect(saved).toMatchObject({ exitCode: 0, stderr: '' });
    for (const [, key] of await contentOf(keys)) expect(saved.stdout).toContain(JSON.parse(key ?? '').id);
    for (const [, key] of await contentOf(keys)) expect(saved.stdout).not.toContain(JSON.parse(key ?? '').key);
  }
  expect(before.join()).toMatch(/^(\+44\d{10},){4}\+44\d{10}$/);
  expect((await stat(backup)).mode & 0o777).toBe(0o600);

  const made = await contentOf(keys);
  await rm(keys, { recursive: true });
  const lost = await numfleet.run(['status']);
  expect(lost).toEqual(refusal('key-missing', 1));
  expect(lost.stderr).toContain('number-storage');
  expect(lost.stderr).toContain('keys restore');
  await expect(readdir(keys)).rejects.toThrow('ENOENT');

  const restored = await numfleet.run(['keys', 'restore', backup], { input });
  expect(restored).toMatchObject({ exitCode: 0, stderr: '' });
  expect(restored.stdout).toContain('They are the keys of the database.');
  expect(await contentOf(keys)).toEqual(made);
  expect((await stat(keys)).mode & 0o777).toBe(0o700);
  const reveal = ['numbers', '1', '--format', 'jsonl', '--reveal', '--purpose', 'comparing them'];
  expect((await numfleet.run(reveal)).stdout.match(/\+44\d{10}/g)).toEqual(before);
  await expectNothingLeft(numfleet.home);
});

test('one key that is missing is put back beside the others; a second restore changes nothing', async () => {
  const made = await contentOf(keys);
  await rm(join(keys, 'page.key'));
  expect((await numfleet.run(['keys', 'restore', backup], { input })).stdout).toContain('The keys are back in');
  expect(await contentOf(keys)).toEqual(made);
  expect((await numfleet.run(['keys', 'restore', backup], { input })).stdout).toContain('already');
  expect(await contentOf(keys)).toEqual(made);
});

describe('a restore that is refused writes nothing', () => {
  let empty: Numfleet;
  beforeAll(async () => {
    empty = await createNumfleet();
  });
  afterAll(async () => {
    expect(await readdir(empty.home)).toEqual([]);
    await empty[Symbol.asyncDispose]();
  });
  const restore = async (text: string | Buffer, given = input) => {
    const file = join(numfleet.home, `damaged-${randomBytes(4).toString('hex')}`);
    await writeFile(file, text);
    return await empty.run(['keys', 'restore', file], { input: given });
  };
  const good = () => readFile(backup, 'utf8');

  test('a wrong passphrase, and none', async () => {
    expect(await restore(await good(), 'four random words stand there\n')).toEqual(refusal('passphrase-wrong', 1));
    expect(await restore(await good(), '')).toEqual(refusal('passphrase-wrong', 1));
  });

  test.each([40, 250, 900])('a backup that is cut after %i characters', async (length) => {
    expect(await restore((await good()).slice(0, length))).toEqual(refusal('backup-damaged', 1));
  });

  test.each([3, 15])('a backup with another letter in line %i', async (line) => {
    const lines = (await good()).split('\n');
    const changed = lines[line] ?? '';
    lines[line] = changed.slice(0, 20) + (changed[20] === 'A' ? 'B' : 'A') + changed.slice(21);
    const { exitCode, stdout, stderr } = await restore(lines.join('\n'));
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/\[(backup-damaged|passphrase-wrong)\]/);
  });

  test('what is no backup, and a file that is not there', async () => {
    expect(await restore(randomBytes(2_000))).toEqual(refusal('backup-damaged', 1));
    expect(await restore('')).toEqual(refusal('backup-damaged', 1));
    expect(await empty.run(['keys', 'restore', 'nowhere'], { input })).toEqual(refusal('file-unreadable', 1));
  });
});

test('other keys that are there, or that the database was written under, are not replaced', async () => {
  await using other = await createNumfleet();
  await other.run(['keys', 'generate']);
  const theirs = await contentOf(join(other.home, 'keys'));
  const refused = await other.run(['keys', 'restore', backup], { input });
  expect(refused).toEqual(refusal('key-wrong', 1));
  expect(refused.stderr).toContain('number-index');
  expect(await contentOf(join(other.home, 'keys'))).toEqual(theirs);

  const theirBackup = join(other.home, 'theirs.age');
  expect((await other.run(['keys', 'backup', theirBackup], { input })).exitCode).toBe(0);
  const aside = join(numfleet.home, 'aside');
  await cp(keys, aside, { recursive: true });
  await rm(keys, { recursive: true });
  const foreign = await numfleet.run(['keys', 'restore', theirBackup], { input });
  expect(foreign).toEqual(refusal('key-wrong', 1));
  expect(foreign.stderr).toContain('The database was written under other keys');
  await expect(readdir(keys)).rejects.toThrow('ENOENT');
  await cp(aside, keys, { recursive: true });
});

test('a backup needs a passphrase of some length, whole keys and a name that is free', async () => {
  const made = await readFile(backup, 'utf8');
  expect(await numfleet.run(['keys', 'backup', backup], { input })).toEqual(refusal('file-unwritable', 1));
  expect(await readFile(backup, 'utf8')).toBe(made);
  const short = join(numfleet.home, 'short.age');
  expect(await numfleet.run(['keys', 'backup', short], { input: 'too short\n' })).toEqual(
    refusal('passphrase-wrong', 1),
  );
  await using empty = await createNumfleet();
  await mkdir(join(empty.home, 'keys'));
  expect(await empty.run(['keys', 'backup', short], { input })).toEqual(refusal('key-missing', 1));
  await expect(stat(short)).rejects.toThrow('ENOENT');
});

const hasAge = (await execa('age', ['--version'], { reject: false })).exitCode === 0;

test.skipIf(!hasAge)('`age` opens a backup, given a terminal to ask for the passphrase', async () => {
  const { stdout } = await execa('script', ['-qec', `age -d ${backup}`, '/dev/null'], { input });
  for (const [, key] of await contentOf(keys)) expect(stdout).toContain(key?.trim());
});

test('keys rotate puts every campaign under a new master key, old numbers under their campaign, and with --index --audit numbers and the audit under new keys; broken off it goes on, and until then no fleet starts', async () => {
  const reveal = ['numbers', '1', '--format', 'jsonl', '--reveal', '--purpose', 'comparing them'];
  const revealed = async () => {
    const { exitCode, stdout, stderr } = await numfleet.run(reveal);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    return stdout.match(/\+44\d{10}/g);
  };
  const before = await revealed();
  expect(before).toHaveLength(5);
  const old = await keyIds(keys);
  await ageNumbers();
  expect(await revealed()).toEqual(before);
  await beginRotation(keys, undefined);
  const halfway = await numfleet.run(['status']);
  expect(halfway).toEqual(refusal('key-wrong', 1));
  expect(halfway.stderr).toContain('keys rotate');

  const rotated = await numfleet.run(['keys', 'rotate']);
  expect(rotated).toMatchObject({ exitCode: 0, stderr: '' });
  expect(rotated.stdout).toMatch(
    /^2 numbers got the keys of their campaigns\. The keys of 1 campaigns are under the master key [0-9a-f]{16} now/,
  );
  const fresh = await keyIds(keys);
  expect(Object.keys(fresh).filter((name) => fresh[name as 'url'] !== old[name as 'url'])).toEqual(['number-storage']);

  await beginReplacing(keys, 'number-index');
  const others = await numfleet.run(['keys', 'rotate', '--index', '--audit']);
  expect(others).toMatchObject({ exitCode: 0, stderr: '' });
  expect(others.stdout).toMatch(/^5 numbers are under the index key [0-9a-f]{16} now/);
  const last = await keyIds(keys);
  expect(Object.keys(last).filter((name) => last[name as 'url'] !== fresh[name as 'url'])).toEqual([
    'number-index',
    'audit',
  ]);
  expect((await readdir(keys)).filter((name) => !name.endsWith('.key'))).toEqual([]);
  expect((await revealed())?.toSorted()).toEqual(before?.toSorted());
  const trace = ['audit', 'trace', '--json', '--purpose', 'comparing them'];
  const traced = await numfleet.run(trace, { input: `${before?.[0]}\n` });
  expect(JSON.parse(traced.stdout)).toMatchObject({ sightingsTotal: 1 });
  expect((await numfleet.run(['audit', 'verify', '--json'])).exitCode).toBe(0);
});

test('keys rotate --sealing keeps the key before until a fleet starts on which no page is leased', async () => {
  const old = await keyIds(keys);
  const rotated = await numfleet.run(['keys', 'rotate', '--sealing']);
  expect(rotated).toMatchObject({ exitCode: 0, stderr: '' });
  const fresh = await keyIds(keys);
  const changed = Object.keys(fresh).filter((name) => fresh[name as 'url'] !== old[name as 'url']);
  expect(changed).toEqual(['sealing-public', 'sealing-private']);
  expect(await readdir(keys)).toContain('sealing-previous.key');
  expect((await numfleet.run(['keys', 'rotate', '--sealing'])).exitCode).toBe(1);
  const { exitCode, stderr } = await numfleet.run(['status']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(await readdir(keys)).not.toContain('sealing-previous.key');
});

/** Two of them as they were stored before campaigns had keys: under the master key itself. */
async function ageNumbers(): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  await using reached = await reachDatabase({ home: numfleet.home, database: 'numfleet', signal });
  const connectionString = reached?.connectionString ?? expect.unreachable();
  await using store = createStore({ connectionString, applicationName: 'test', max: 1 });
  const master = await loadMasterKey(keys, undefined);
  const vault = createNumberVault({ indexKey: (await loadInsideKeys(keys, ['number-index']))['number-index'], master });
  const campaign = await vault.open('1', (await readCampaignKey(store, '1'))?.wrapped ?? null);
  const { rows } = await store.query<{ blind_index: Buffer; ciphertext: Buffer }>('select * from numbers limit 2');
  for (const { blind_index: index, ciphertext } of rows) {
    const plain = reveal(await campaign.decrypt(ciphertext, index)).padEnd(40);
    await store.query('update numbers set ciphertext = $2 where blind_index = $1', [
      index,
      await master.wrap(Buffer.from(plain), index),
    ]);
  }
}
