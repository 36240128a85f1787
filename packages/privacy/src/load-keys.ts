import { type KeyName, readKeys } from './key-file.ts';

/** The keys that the hostile zone may hold: with them one can seal, read URLs and name their pages, but open no number. */
export type OutsideKeyName = Extract<KeyName, 'sealing-public' | 'url' | 'page'>;

/** Reads keys of 32 bytes from the key folder. Throws `key-missing` or `key-wrong`, whose messages say what to do. */
export async function loadKeys<Name extends OutsideKeyName>(
  dir: string,
  names: readonly Name[],
): Promise<Record<Name, Buffer>> {
  return await readKeys(dir, names);
}
