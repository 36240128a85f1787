import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reveal } from '@numfleet/privacy/reveal';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadKeys, type PlainFinding, sealFindings } from './index.ts';
import {
  beginSealingRotation,
  endSealingRotation,
  findSealingRotation,
  generateKeys,
  keyIds,
  loadSealingKeys,
  openFindings,
  packKeys,
  restoreKeys,
  retireSealingKey,
  unpackKeys,
} from './inside-door.ts';
import { createPhoneNumber } from './phone-number-door.ts';

const context = { pageId: '17', leaseToken: '0190b6a2-7c1d-7f3e-9a41-5d2f8c7b6e10' };
const finding: PlainFinding = {
  ...{ number: createPhoneNumber('+442079460958'), region: 'GB', type: 'fixed_line', source: 'text', label: null },
  confidence: 0.9,
};

let home: string;
let dir: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'numfleet-sealing-'));
  dir = path.join(home, 'keys');
  await generateKeys(dir);
});
afterEach(() => rm(home, { recursive: true }));

async function seal(): Promise<string> {
  const { 'sealing-public': publicKey } = await loadKeys(dir, ['sealing-public']);
  return await sealFindings({ publicKey, context, findings: [finding] });
}

/** By which of the keys that a sink has it opens. */
async function openedBy(sealed: string): Promise<number[]> {
  const keys = await loadSealingKeys(dir);
  const opened = await Promise.all(
    keys.map((privateKey) => openFindings({ privateKey, context, sealed }).catch(() => [])),
  );
  return opened.flatMap(([first], place) => (first && reveal(first.number) === '+442079460958' ? [place] : []));
}

test('what was sealed before the exchange opens until the old key is let go, and what is sealed since by the new one', async () => {
  const before = await seal();
  const old = await keyIds(dir);
  const { from, to } = await beginSealingRotation(dir);
  await endSealingRotation(dir);
  const ids = await keyIds(dir);
  expect([old['sealing-public'], ids['sealing-public'], ids['sealing-private']]).toEqual([from, to, to]);
  expect(await openedBy(before)).toEqual([1]);
  expect(await openedBy(await seal())).toEqual([0]);
  // A third would leave what the first seals unread.
  await expect(beginSealingRotation(dir)).rejects.toMatchObject({ code: 'key-wrong' });
  expect([await retireSealingKey(dir), await retireSealingKey(dir)]).toEqual([true, false]);
  expect(await openedBy(before)).toEqual([]);
  await beginSealingRotation(dir);
});

test('broken off at any point it goes on with the same pair', async () => {
  const { to } = await beginSealingRotation(dir);
  expect(await beginSealingRotation(dir)).toMatchObject({ to });
  const next = (name: string) => path.join(dir, `${name}.key`);
  await rename(`${next('sealing-public')}.next`, next('sealing-public'));
  expect(await findSealingRotation(dir)).toBe(to);
  expect(await beginSealingRotation(dir)).toMatchObject({ to });
  await endSealingRotation(dir);
  expect(await findSealingRotation(dir)).toBeNull();
  const ids = await keyIds(dir);
  expect([ids['sealing-public'], ids['sealing-private']]).toEqual([to, to]);
  expect(await openedBy(await seal())).toEqual([0]);
});

test('a backup holds the key before too, and puts it back', async () => {
  const before = await seal();
  await beginSealingRotation(dir);
  await endSealingRotation(dir);
  const names = await readdir(dir);
  const backup = await packKeys(dir, 'four random words stand here');
  const keys = await unpackKeys(backup, 'four random words stand here');
  await rm(path.join(dir, 'sealing-previous.key'));
  await restoreKeys(dir, keys);
  expect(await readdir(dir)).toEqual(names);
  await rm(dir, { recursive: true });
  await restoreKeys(dir, keys);
  expect(await readdir(dir)).toEqual(names);
  expect(await openedBy(before)).toEqual([1]);
});
