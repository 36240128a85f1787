import { rename } from 'node:fs/promises';
import { findKeyFileAt, type KeyFile, keyFilePath, readKeyFileAt } from './key-file.ts';
import { createLocalKeyProvider, type KeyProvider, loadMasterKey } from './key-provider.ts';
import { newSecret } from './new-keys.ts';
import { campaignKeyPurpose, type WrappedKey } from './stored-number.ts';
import { addFile, syncFolder } from './write-keys.ts';

/** The master key: what it wrapped is wrapped anew, a key a campaign. */
const name = 'number-storage';

const nextPath = (dir: string) => `${keyFilePath(dir, name)}.next`;

export interface Rotation {
  from: KeyProvider;
  to: KeyProvider;
}

/**
 * The master key and the one that is to follow it, which is made where there is none yet: a rotation that was broken
 * off goes on with the same. Throws `key-missing`, `key-wrong` or `folder-readonly`.
 */
export async function beginRotation(dir: string, masterKey: string | undefined): Promise<Rotation> {
  const from = await loadMasterKey(dir, masterKey);
  const begun = await findRotation(dir);
  if (begun !== null) return { from, to: createLocalKeyProvider(begun) };
  await addFile(dir, nextPath(dir), name, newSecret());
  return { from, to: createLocalKeyProvider(await readKeyFileAt(nextPath(dir), name)) };
}

/** The key that a rotation which was begun leads to; null where none was, or it is over. */
export async function findRotation(dir: string): Promise<KeyFile | null> {
  return await findKeyFileAt(nextPath(dir), name);
}

/** Puts the new key in the place of the old one, which is then gone. To be done when nothing is under the old one any more. */
export async function endRotation(dir: string): Promise<void> {
  await rename(nextPath(dir), keyFilePath(dir, name));
  await syncFolder(dir);
}

/** Wraps the key of a campaign under the new master key instead of the old one. Throws `key-wrong`. */
export function createRewrap({ from, to }: Rotation) {
  return async (campaignId: string, wrapped: Uint8Array): Promise<WrappedKey> => {
    const purpose = campaignKeyPurpose(campaignId);
    const key = await from.unwrap(wrapped, purpose);
    const fresh = { wrapped: await to.wrap(key, purpose), masterId: to.id };
    key.fill(0);
    return fresh;
  };
}
