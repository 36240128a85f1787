import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { findFleet } from '@numfleet/embedded/find-fleet';
import {
  beginRotation,
  beginSealingRotation,
  type CampaignNumbers,
  createNumberVault,
  createRewrap,
  endRotation,
  endSealingRotation,
  findRotation,
  keyIds,
  loadInsideKeys,
  type NumberVault,
  type Rotation,
} from '@numfleet/privacy/inside';
import {
  ensureCampaignKey,
  readBoundKeyIds,
  rebindKey,
  renewNumbers,
  rewrapCampaignKeys,
  type Store,
} from '@numfleet/store';
import { exitCodes } from '../exit-codes.ts';
import { reachTruth } from '../reach-truth.ts';
import { showProgress } from '../show-progress.ts';
import type { Surroundings } from '../surroundings.ts';

const name = 'number-storage';

/**
 * `keys rotate`: wraps the keys of all campaigns under a new master key, and has the old one go. Numbers that were stored before
 * campaigns had keys get them on the way. Broken off at any point it goes on where it was; until it is through no fleet starts.
 * Throws `fleet-running` and `key-wrong`.
 */
export async function rotateKeys(around: Surroundings): Promise<number> {
  const { home, config, stdout } = around;
  const dir = config.NUMFLEET_KEYS_DIR ?? path.join(home, 'keys');
  if ((await findFleet(home)) !== null) throw running();
  // While it is held no fleet can start on this home.
  await using truth = await reachTruth(around, 'keys-rotate');
  const { store } = truth;
  await requireNoServices(store);
  const { [name]: bound } = await readBoundKeyIds(store);
  const { [name]: present } = await keyIds(dir, config.NUMFLEET_MASTER_KEY);
  if (bound !== present && bound !== (await findRotation(dir))?.id) {
    throw new NumfleetError('key-wrong', `The key "${name}" that is given is not that of the database.`);
  }
  const rotation = await beginRotation(dir, config.NUMFLEET_MASTER_KEY);
  const { from, to } = rotation;
  const changed = bound === from.id ? await exchange(store, rotation, dir, around) : { numbers: 0, campaigns: 0 };
  await endRotation(dir);
  for (const table of ['campaign_keys', 'numbers']) await store.query(`vacuum ${table}`);
  const renewed = changed.numbers > 0 ? `${changed.numbers} numbers got the keys of their campaigns. ` : '';
  const given = config.NUMFLEET_MASTER_KEY === undefined ? '' : `It is in ${dir}: NUMFLEET_MASTER_KEY is to go. `;
  const advice = 'Back the keys up again: older backups of the database need the older key, newer ones the new.';
  stdout.write(
    `${renewed}The keys of ${changed.campaigns} campaigns are under the master key ${to.id} now; ${from.id} is gone. ${given}${advice}\n`,
  );
  return exitCodes.done;
}

async function exchange(
  store: Store,
  { from, to }: Rotation,
  dir: string,
  { stderr, signal }: Surroundings,
): Promise<{ numbers: number; campaigns: number }> {
  const now = new Date();
  const keys = await loadInsideKeys(dir, ['number-index']);
  const numbers = await renewOldNumbers(store, createNumberVault({ indexKey: keys['number-index'], master: from }), {
    stderr,
    signal,
  });
  using progress = showProgress(stderr, 'campaigns');
  const rewrap = createRewrap({ from, to });
  const campaigns = await rewrapCampaignKeys(store, { from: from.id, rewrap, onProgress: progress.update, signal });
  await store.transaction((tx) => rebindKey(tx, { name, from: from.id, to: to.id, actor: 'operator', now }));
  return { numbers, campaigns };
}

/** What is under the master key itself, of a database that is older than the keys of campaigns. */
async function renewOldNumbers(
  store: Store,
  vault: NumberVault,
  { stderr, signal }: Pick<Surroundings, 'stderr' | 'signal'>,
): Promise<number> {
  using progress = showProgress(stderr, 'numbers');
  const campaigns = new Map<string, Promise<CampaignNumbers>>();
  return await renewNumbers(store, {
    async renew({ campaignId, ciphertext, blindIndex }) {
      const campaign = campaigns.get(campaignId) ?? openCampaign(store, vault, campaignId);
      campaigns.set(campaignId, campaign);
      return await (await campaign).renew(ciphertext, blindIndex);
    },
    onProgress: progress.update,
    signal,
  });
}

async function openCampaign(store: Store, vault: NumberVault, campaignId: string): Promise<CampaignNumbers> {
  const made = await vault.makeKey(campaignId);
  const { wrapped } = await ensureCampaignKey(store, { campaignId, ...made, now: new Date() });
  return await vault.open(campaignId, wrapped);
}

/**
 * `keys rotate --sealing`: from now on crawlers seal for a new key of the sink. The old one stays beside it, and opens what is under
 * way, until a start at which no page is leased. Throws `fleet-running` and `key-wrong`.
 */
export async function rotateSealing(around: Surroundings): Promise<number> {
  const { home, config, stdout } = around;
  const dir = config.NUMFLEET_KEYS_DIR ?? path.join(home, 'keys');
  if ((await findFleet(home)) !== null) throw running();
  await using truth = await reachTruth(around, 'keys-rotate');
  const { store } = truth;
  await requireNoServices(store);
  const { 'sealing-private': bound } = await readBoundKeyIds(store);
  const { from, to } = await beginSealingRotation(dir);
  if (bound !== from && bound !== to) {
    throw new NumfleetError('key-wrong', `The key "sealing-private" in ${dir} is not that of the database.`);
  }
  const now = new Date();
  if (bound === from) {
    await store.transaction(async (tx) => {
      for (const name of ['sealing-private', 'sealing-public']) {
        await rebindKey(tx, { name, from, to, actor: 'operator', now });
      }
    });
  }
  await endSealingRotation(dir);
  stdout.write(
    `Results are sealed for the key ${to} now; ${from} opens those under way, and goes at a start at which no page is leased. Back the keys up again.\n`,
  );
  return exitCodes.done;
}

/** Of a fleet elsewhere, on the same database: its sink would go on under the old key. */
async function requireNoServices(store: Store): Promise<void> {
  const { count } = await store.query(
    `select from pg_stat_activity where application_name in ('sink', 'console') and datname = current_database()`,
  );
  if (count > 0) throw running();
}

function running(): NumfleetError {
  return new NumfleetError(
    'fleet-running',
    'A fleet runs on this database, and would go on under the old key. Stop it first.',
  );
}
