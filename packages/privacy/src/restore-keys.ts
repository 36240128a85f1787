import { NumfleetError } from '@numfleet/contracts';
import type { KeySet } from './key-backup.ts';
import { type KeyName, keyFilePath, keyNames, passingKeyName, readKeyFile } from './key-file.ts';
import { presentKeys } from './load-inside-keys.ts';
import { addFile, installKeySet, writeKeyFile } from './write-keys.ts';

/**
 * Puts back the keys that are missing in `dir`, and says whether any were. Those that are there must be the same. Throws
 * `key-wrong`, which names those that are others or damaged, before anything is written, and `folder-readonly`.
 */
export async function restoreKeys(dir: string, keys: KeySet): Promise<boolean> {
  const present = await presentKeys(dir);
  const isSame = await Promise.all(
    present.map(async (name) => {
      const found = await readKeyFile(dir, name).catch(() => null);
      const kept = keys[name];
      // A backup of an older Numfleet says nothing of it.
      if (kept === undefined) return true;
      return found?.id === kept.id && found.key.equals(kept.key);
    }),
  );
  const others = present.filter((_, index) => !isSame[index]);
  if (others.length > 0) {
    const advice = 'Nothing was written. Move that folder away first if this backup is the right one.';
    throw new NumfleetError('key-wrong', `${dir} holds other or damaged keys (${others.join(', ')}). ${advice}`);
  }
  const missing = keyNames.filter((name) => keys[name] !== undefined && !present.includes(name));
  const previous = keys[passingKeyName];
  if (previous !== undefined && present.length > 0)
    await addFile(dir, keyFilePath(dir, passingKeyName), passingKeyName, previous);
  if (missing.length === 0) return false;
  if (present.length === 0) await installKeySet(dir, keys);
  else await addMissing(dir, missing, keys);
  return true;
}

async function addMissing(dir: string, missing: readonly KeyName[], keys: KeySet): Promise<void> {
  try {
    for (const name of missing) {
      const key = keys[name];
      if (key !== undefined) await writeKeyFile(dir, name, key);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new NumfleetError('folder-readonly', `Keys cannot be written to ${dir} (${code}).`);
  }
}
