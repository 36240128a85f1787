import {
  beginReplacing,
  createNumberVault,
  createReindex,
  endReplacing,
  loadMasterKey,
  type NumberVault,
} from '@numfleet/privacy/inside';
import { readBoundKeyIds, rebindKey, reindexNumbers, type Store } from '@numfleet/store';
import { exitCodes } from '../exit-codes.ts';
import { showProgress } from '../show-progress.ts';
import type { Surroundings } from '../surroundings.ts';
import { keyOf, onceByCampaign, renewOldNumbers } from './open-numbers.ts';
import { foreignKey, openRotation } from './open-rotation.ts';

const name = 'number-index';

/**
 * `keys rotate --index`: puts all numbers and sightings under blind indexes of a new key, each opened for that in the memory of this
 * process, and has the old key go. Broken off it goes on where it was; until it is through no fleet starts. Throws `fleet-running`
 * and `key-wrong`.
 */
export async function rotateIndex(around: Surroundings): Promise<number> {
  const { config, stdout } = around;
  await using opened = await openRotation(around);
  const { dir, store } = opened;
  const { [name]: bound } = await readBoundKeyIds(store);
  const { from, to } = await beginReplacing(dir, name);
  if (bound !== from.id && bound !== to.id) throw foreignKey(name);
  let numbers = 0;
  if (bound === from.id) {
    const master = await loadMasterKey(dir, config.NUMFLEET_MASTER_KEY);
    const old = createNumberVault({ indexKey: from.key, master });
    const fresh = createNumberVault({ indexKey: to.key, master });
    await renewOldNumbers(store, old, around);
    numbers = await reindex(store, { old, fresh }, around);
    const now = new Date();
    await store.transaction((tx) => rebindKey(tx, { name, from: from.id, to: to.id, actor: 'operator', now }));
  }
  await endReplacing(dir, name);
  for (const table of ['numbers', 'sightings']) await store.query(`vacuum ${table}`);
  stdout.write(
    `${numbers} numbers are under the index key ${to.id} now; ${from.id} is gone. Back the keys up again: older backups of the database need the older key.\n`,
  );
  return exitCodes.done;
}

async function reindex(
  store: Store,
  { old, fresh }: { old: NumberVault; fresh: NumberVault },
  { stderr, signal }: Surroundings,
): Promise<number> {
  using progress = showProgress(stderr, 'numbers');
  const open = createReindex({ from: old, to: fresh });
  const opened = onceByCampaign(async (campaignId) => open(campaignId, await keyOf(store, old, campaignId)));
  return await reindexNumbers(store, {
    reindex: async ({ campaignId, ...number }) => (await opened(campaignId))(number),
    onProgress: progress.update,
    signal,
  });
}
