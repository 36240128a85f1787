import {
  beginRotation,
  createNumberVault,
  createRewrap,
  endReplacing,
  findNext,
  keyIds,
  loadInsideKeys,
  type Rotation,
} from '@numfleet/privacy/inside';
import { readBoundKeyIds, rebindKey, rewrapCampaignKeys, type Store } from '@numfleet/store';
import { exitCodes } from '../exit-codes.ts';
import { showProgress } from '../show-progress.ts';
import type { Surroundings } from '../surroundings.ts';
import { renewOldNumbers } from './open-numbers.ts';
import { foreignKey, openRotation } from './open-rotation.ts';

const name = 'number-storage';

/**
 * Wraps the keys of all campaigns under a new master key, and has the old one go. Numbers that were stored before campaigns had
 * keys get them on the way. Broken off at any point it goes on where it was; until it is through no fleet starts. Throws
 * `fleet-running` and `key-wrong`.
 */
export async function rotateMaster(around: Surroundings): Promise<number> {
  const { NUMFLEET_MASTER_KEY: given } = around.config;
  await using opened = await openRotation(around);
  const { dir, store } = opened;
  const { [name]: bound } = await readBoundKeyIds(store);
  const { [name]: present } = await keyIds(dir, given);
  if (bound !== present && bound !== (await findNext(dir, name))?.id) throw foreignKey(name);
  const rotation = await beginRotation(dir, given);
  const { from, to } = rotation;
  const changed = bound === from.id ? await exchange(store, rotation, dir, around) : { numbers: 0, campaigns: 0 };
  await endReplacing(dir, name);
  for (const table of ['campaign_keys', 'numbers']) await store.query(`vacuum ${table}`);
  const renewed = changed.numbers > 0 ? `${changed.numbers} numbers got the keys of their campaigns. ` : '';
  const where = `${dir}/${name}.key`;
  const moved = `NUMFLEET_MASTER_KEY still holds the old key, under which nothing opens any more: put the text of ${where} in its place and remove that file, or unset it.`;
  const advice = 'Back the keys up again: older backups of the database need the older key, newer ones the new.';
  around.stdout.write(
    `${renewed}The keys of ${changed.campaigns} campaigns are under the master key ${to.id} now; ${from.id} is gone. ${given === undefined ? '' : `${moved} `}${advice}\n`,
  );
  return exitCodes.done;
}

async function exchange(
  store: Store,
  { from, to }: Rotation,
  dir: string,
  { stderr, signal }: Surroundings,
): Promise<{ numbers: number; campaigns: number }> {
  const { 'number-index': indexKey } = await loadInsideKeys(dir, ['number-index']);
  const numbers = await renewOldNumbers(store, createNumberVault({ indexKey, master: from }), { stderr, signal });
  using progress = showProgress(stderr, 'campaigns');
  const rewrap = createRewrap({ from, to });
  const campaigns = await rewrapCampaignKeys(store, { from: from.id, rewrap, onProgress: progress.update, signal });
  const now = new Date();
  await store.transaction((tx) => rebindKey(tx, { name, from: from.id, to: to.id, actor: 'operator', now }));
  return { numbers, campaigns };
}
