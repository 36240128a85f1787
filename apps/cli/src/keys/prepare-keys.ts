import { NumfleetError } from '@numfleet/contracts';
import {
  endReplacing,
  endSealingRotation,
  findNext,
  findSealingRotation,
  generateKeys,
  keyIds,
  type ReplaceableKey,
  retireSealingKey,
} from '@numfleet/privacy/inside';
import { bindKeys, hasLeases, readBoundKeys } from '@numfleet/store';

/**
 * Makes the keys of a fleet that is new, and holds those that are there against the ones that its database was written
 * under, before anything is written under others. Throws `key-missing` where they are lost, and `key-wrong`.
 */
export async function prepareKeys(keys: {
  dir: string;
  /** As the environment gives it: then it is in no file, and none is made. */
  masterKey: string | undefined;
  connectionString: string;
}): Promise<void> {
  const { dir, masterKey, connectionString } = keys;
  const boundIds = await readBoundKeys({ connectionString });
  const bound = Object.keys(boundIds);
  const present = await keyIds(dir, masterKey);
  for (const [name, command] of rotations) await settleRotation(dir, name, { boundId: boundIds[name], command });
  await settleSealing(dir, boundIds['sealing-private'], connectionString);
  const missing = bound.filter((name) => !(name in present));
  if (missing.length > 0) throw lost(dir, missing);
  await generateKeys(dir, masterKey === undefined ? [] : ['number-storage']);
  await bindKeys({ connectionString, ids: await keyIds(dir, masterKey), now: new Date() });
}

const rotations = [
  ['number-storage', 'keys rotate'],
  ['number-index', 'keys rotate --index'],
  ['audit', 'keys rotate --audit'],
] as const satisfies [ReplaceableKey, string][];

/** Where `keys rotate` was broken off: nothing but its last step is done here. */
async function settleRotation(
  dir: string,
  name: ReplaceableKey,
  { boundId, command }: { boundId: string | undefined; command: string },
): Promise<void> {
  const to = await findNext(dir, name);
  if (to === null) return;
  if (to.id === boundId) return await endReplacing(dir, name);
  const message = `An exchange of the key "${name}" was begun and not finished, so that what is stored is under two keys.`;
  throw new NumfleetError('key-wrong', `${message} Finish it with \`numfleet ${command}\`.`);
}

/** The same of `keys rotate --sealing`; and the key before is let go where nothing that it opens can be committed any more. */
async function settleSealing(dir: string, boundId: string | undefined, connectionString: string): Promise<void> {
  const to = await findSealingRotation(dir);
  if (to !== null && to !== boundId) {
    const message = 'An exchange of the sealing keys was begun and not finished.';
    throw new NumfleetError('key-wrong', `${message} Finish it with \`numfleet keys rotate --sealing\`.`);
  }
  await endSealingRotation(dir);
  if (boundId !== undefined && !(await hasLeases({ connectionString }))) await retireSealingKey(dir);
}

/** New keys would open nothing that is stored, and stand in the way of those that do. */
function lost(dir: string, names: readonly string[]): NumfleetError {
  const message = `The database was written under keys that are not in ${dir} (${names.toSorted().join(', ')}).`;
  return new NumfleetError('key-missing', `${message} Put them back with \`numfleet keys restore FILE\`.`);
}
