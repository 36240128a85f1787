import { access } from 'node:fs/promises';
import { type KeyName, keyFilePath, keyNames, readKeyFile, readKeys } from './key-file.ts';
import { loadMasterKey } from './key-provider.ts';

/** As `loadKeys`, for the trusted zone, which may hold any key. */
export async function loadInsideKeys<Name extends KeyName>(
  dir: string,
  names: readonly Name[],
): Promise<Record<Name, Buffer>> {
  return await readKeys(dir, names);
}

/**
 * The ids of the keys that are there, to compare with those that the database was written under: a whole set of wrong
 * keys is noticed in no other way. `masterKey` as `loadMasterKey` takes it. Throws `key-wrong` for a damaged file.
 */
export async function keyIds(dir: string, masterKey?: string): Promise<Partial<Record<KeyName, string>>> {
  const names = await presentKeys(dir);
  const entries = names.map(async (name) => [name, (await readKeyFile(dir, name)).id] as const);
  const ids = Object.fromEntries(await Promise.all(entries));
  return masterKey === undefined ? ids : { ...ids, 'number-storage': (await loadMasterKey(dir, masterKey)).id };
}

export async function presentKeys(dir: string): Promise<KeyName[]> {
  const present = await Promise.all(keyNames.map((name) => isThere(keyFilePath(dir, name))));
  return keyNames.filter((_, index) => present[index]);
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
