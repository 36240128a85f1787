import { rename, rm } from 'node:fs/promises';
import { NumfleetError } from '@numfleet/contracts';
import { findKeyFileAt, type KeyFile, keyFilePath, passingKeyName, readKeyFile } from './key-file.ts';
import { newSealingPair } from './new-keys.ts';
import { addFile, syncFolder } from './write-keys.ts';

/** In the order in which they change: where the second has not, the exchange is not over. */
const names = ['sealing-public', 'sealing-private'] as const;
const nextPath = (dir: string, name: (typeof names)[number]) => `${keyFilePath(dir, name)}.next`;

/**
 * The ids of the pair that results are sealed with and of the one that is to follow it, which is made where there is none yet. The
 * private key of the old one stays beside the new until `retireSealingKey`: results under way are sealed for it. Throws `key-wrong`
 * where that place is taken by a key that is older still.
 */
export async function beginSealingRotation(dir: string): Promise<{ from: string; to: string }> {
  const from = await readKeyFile(dir, 'sealing-private');
  await keepPrevious(dir, from);
  if ((await findSealingRotation(dir)) === null) {
    const pair = await newSealingPair();
    for (const name of names) await rm(nextPath(dir, name), { force: true });
    for (const name of names) await addFile(dir, nextPath(dir, name), name, pair[name]);
  }
  return { from: from.id, to: (await findSealingRotation(dir)) ?? from.id };
}

/** The id of the pair that an exchange which was begun leads to; null where none was, or it is over. */
export async function findSealingRotation(dir: string): Promise<string | null> {
  return (await findKeyFileAt(nextPath(dir, 'sealing-private'), 'sealing-private'))?.id ?? null;
}

/** Puts the new pair in the place of the old one; to be called again where it was broken off. */
export async function endSealingRotation(dir: string): Promise<void> {
  for (const name of names) {
    if ((await findKeyFileAt(nextPath(dir, name), name)) === null) continue;
    await rename(nextPath(dir, name), keyFilePath(dir, name));
    await syncFolder(dir);
  }
}

/** The private keys that open results: this one, then the one before it where it is still needed. */
export async function loadSealingKeys(dir: string): Promise<Buffer[]> {
  const previous = await findKeyFileAt(keyFilePath(dir, passingKeyName), passingKeyName);
  const { key } = await readKeyFile(dir, 'sealing-private');
  return previous === null ? [key] : [key, previous.key];
}

/** Has the old private key go; says whether there was one. To be done when no result that it opens can be committed any more. */
export async function retireSealingKey(dir: string): Promise<boolean> {
  const file = keyFilePath(dir, passingKeyName);
  if ((await findKeyFileAt(file, passingKeyName)) === null) return false;
  await rm(file);
  await syncFolder(dir);
  return true;
}

async function keepPrevious(dir: string, from: KeyFile): Promise<void> {
  const file = keyFilePath(dir, passingKeyName);
  await addFile(dir, file, passingKeyName, from);
  if ((await findKeyFileAt(file, passingKeyName))?.id === from.id) return;
  const message =
    'Results may be under way that an earlier sealing key opens. Start the fleet, let its pages end, stop it, and try again.';
  throw new NumfleetError('key-wrong', message);
}
