import { rename } from 'node:fs/promises';
import { findKeyFileAt, type KeyFile, keyFilePath, readKeyFile, readKeyFileAt } from './key-file.ts';
import { newSecret } from './new-keys.ts';
import { addFile, syncFolder } from './write-keys.ts';

/** Keys that one other key takes the place of, once nothing is under them any more. */
export type ReplaceableKey = 'number-storage' | 'number-index' | 'audit';

const nextPath = (dir: string, name: ReplaceableKey) => `${keyFilePath(dir, name)}.next`;

/**
 * The key that is to follow, which is made where there is none yet: an exchange that was broken off goes on with the same. Throws
 * `key-missing`, `key-wrong` or `folder-readonly`.
 */
export async function beginReplacing(dir: string, name: ReplaceableKey): Promise<{ from: KeyFile; to: KeyFile }> {
  return { from: await readKeyFile(dir, name), to: await makeNext(dir, name) };
}

export async function makeNext(dir: string, name: ReplaceableKey): Promise<KeyFile> {
  const begun = await findNext(dir, name);
  if (begun !== null) return begun;
  await addFile(dir, nextPath(dir, name), name, newSecret());
  return await readKeyFileAt(nextPath(dir, name), name);
}

/** The key that an exchange which was begun leads to; null where none was, or it is over. */
export async function findNext(dir: string, name: ReplaceableKey): Promise<KeyFile | null> {
  return await findKeyFileAt(nextPath(dir, name), name);
}

/** Puts the new key in the place of the old one, which is then gone. To be done when nothing is under the old one any more. */
export async function endReplacing(dir: string, name: ReplaceableKey): Promise<void> {
  await rename(nextPath(dir, name), keyFilePath(dir, name));
  await syncFolder(dir);
}
