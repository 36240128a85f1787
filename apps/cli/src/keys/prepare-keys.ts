import { NumfleetError } from '@numfleet/contracts';
import { generateKeys, keyIds } from '@numfleet/privacy/inside';
import { bindKeys, readBoundKeys } from '@numfleet/store';

/**
 * Makes the keys of a fleet that is new, and holds those that are there against the ones that its database was written
 * under, before anything is written under others. Throws `key-missing` where they are lost, and `key-wrong`.
 */
export async function prepareKeys({ dir, connectionString }: { dir: string; connectionString: string }): Promise<void> {
  const bound = Object.keys(await readBoundKeys({ connectionString }));
  const present = await keyIds(dir);
  if (bound.length > 0 && Object.keys(present).length === 0) throw lost(dir, bound);
  await generateKeys(dir);
  await bindKeys({ connectionString, ids: await keyIds(dir), now: new Date() });
}

/** New keys would open nothing that is stored, and stand in the way of those that do. */
function lost(dir: string, names: readonly string[]): NumfleetError {
  const message = `The database was written under keys that are not in ${dir} (${names.toSorted().join(', ')}).`;
  return new NumfleetError('key-missing', `${message} Put them back with \`numfleet keys restore FILE\`.`);
}
