import { type CampaignSettings, type CampaignState, NumfleetError, rowId } from '@numfleet/contracts';
import type { Db, Transaction } from './store.ts';

/** A campaign whose row this transaction has locked. */
export interface LockedCampaign {
  id: string;
  state: CampaignState;
  settings: CampaignSettings;
}

/**
 * Locks campaigns until the transaction ends, in the order of their ids. Whoever queues a page holds this lock, which
 * makes the page budget exact and lets the end and the cancelling of a campaign be decided (I9). In the order of locks
 * (leased pages, numbers, campaigns, new hosts and origins, new pages, clocks of hosts) it is the third; the order
 * keeps sinks, the scheduler and the console from deadlocks.
 */
export async function lockCampaigns(tx: Transaction, ids: Iterable<string>): Promise<Map<string, LockedCampaign>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const { rows } = await tx.query<LockedCampaign>(
    'select id, state, settings from campaigns where id = any($1::bigint[]) order by id for no key update',
    [wanted],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Finished for now: its pages will be due again. */
export function isBetweenRounds({ state, settings }: LockedCampaign): boolean {
  // Settings of before there were rounds say nothing of them.
  return state === 'finished' && typeof settings.everySeconds === 'number';
}

/** Locks one campaign; throws `campaign-unknown`. */
export async function lockCampaign(tx: Transaction, id: string): Promise<LockedCampaign> {
  const campaign = (await lockCampaigns(tx, [requireCampaignId(id)])).get(id);
  if (!campaign) throw unknownCampaign();
  return campaign;
}

/** Throws `campaign-unknown` where no such campaign exists. */
export async function requireCampaign(db: Db, id: string): Promise<void> {
  const { count } = await db.query('select from campaigns where id = $1', [requireCampaignId(id)]);
  if (count === 0) throw unknownCampaign();
}

function requireCampaignId(id: string): string {
  if (!rowId.safeParse(id).success) throw unknownCampaign();
  return id;
}

export function unknownCampaign(): NumfleetError {
  return new NumfleetError('campaign-unknown', 'There is no such campaign. `numfleet status` lists them.');
}
