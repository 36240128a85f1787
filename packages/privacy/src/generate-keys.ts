import { isLater, type KeyFile, type KeyName, keyNames } from './key-file.ts';
import { presentKeys } from './load-inside-keys.ts';
import { newSealingPair, newSecret } from './new-keys.ts';
import { addKeyFile, installKeySet } from './write-keys.ts';

/**
 * Makes the fleet's keys in `dir` where there are none, but for those that are held `elsewhere`; adds those that a folder of an
 * older Numfleet lacks, and leaves a whole set as it is. Two that start together end with the same keys.
 *
 * Throws `key-missing` where only some are there: new ones beside old ones would leave stored numbers unreadable for
 * ever, without a word. Throws `folder-readonly` where it may not write.
 */
export async function generateKeys(dir: string, elsewhere: readonly KeyName[] = []): Promise<void> {
  const present = await presentKeys(dir);
  const wanted = keyNames.filter((name) => !elsewhere.includes(name));
  const missing = wanted.filter((name) => !present.includes(name));
  if (present.length > 0 && missing.every(isLater))
    for (const name of missing) await addKeyFile(dir, name, newSecret());
  else {
    const made = Object.entries(await newKeys()).filter(([name]) => wanted.includes(name as KeyName));
    await installKeySet(dir, Object.fromEntries(made));
  }
}

async function newKeys(): Promise<Record<KeyName, KeyFile>> {
  return {
    ...(await newSealingPair()),
    'number-index': newSecret(),
    'number-storage': newSecret(),
    url: newSecret(),
    page: newSecret(),
    audit: newSecret(),
    suppression: newSecret(),
  };
}
