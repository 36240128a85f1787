import { createSecretKey, randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { NumfleetError } from '@numfleet/contracts';
import { openBytes, sealBytes } from './aes-gcm.ts';
import { type KeyFile, keyBytes, keyFilePath, readKeyFile, readKeyFileAt } from './key-file.ts';
import { addFile, syncFolder } from './write-keys.ts';

/** The one key that can be exchanged so far: what it encrypted is encrypted anew, row by row. */
const name = 'number-storage';

const nextPath = (dir: string) => `${keyFilePath(dir, name)}.next`;

export interface Rotation {
  from: KeyFile;
  to: KeyFile;
}

/**
 * The key of stored numbers and the one that is to follow it, which is made where there is none yet: a rotation that was broken
 * off goes on with the same. Throws `key-missing`, `key-wrong` or `folder-readonly`.
 */
export async function beginRotation(dir: string): Promise<Rotation> {
  const from = await readKeyFile(dir, name);
  const begun = await findRotation(dir);
  if (begun !== null) return { from, to: begun };
  await addFile(dir, nextPath(dir), name, { id: randomBytes(8).toString('hex'), key: randomBytes(keyBytes) });
  return { from, to: await readKeyFileAt(nextPath(dir), name) };
}

/** The key that a rotation which was begun leads to; null where none was, or it is over. */
export async function findRotation(dir: string): Promise<KeyFile | null> {
  try {
    return await readKeyFileAt(nextPath(dir), name);
  } catch (error) {
    if (error instanceof NumfleetError && error.code === 'key-missing') return null;
    throw error;
  }
}

/** Puts the new key in the place of the old one, which is then gone. To be done when nothing is under the old one any more. */
export async function endRotation(dir: string): Promise<void> {
  await rename(nextPath(dir), keyFilePath(dir, name));
  await syncFolder(dir);
}

/**
 * Encrypts a stored number anew; null for one that is under the new key already. The number is in memory as bytes for that
 * time, and nowhere else. Throws `key-wrong` where neither key opens it.
 */
export function createReencrypt({ from, to }: Rotation) {
  const [old, fresh] = [createSecretKey(from.key), createSecretKey(to.key)];
  return (ciphertext: Uint8Array, blindIndex: Uint8Array): Buffer | null => {
    const plain = openBytes({ key: old, sealed: ciphertext, purpose: blindIndex });
    if (plain !== null) {
      const sealed = sealBytes({ key: fresh, plain, purpose: blindIndex });
      plain.fill(0);
      return sealed;
    }
    if (openBytes({ key: fresh, sealed: ciphertext, purpose: blindIndex }) !== null) return null;
    throw new NumfleetError('key-wrong', 'A stored number opens under neither key. Nothing of it was changed.');
  };
}
