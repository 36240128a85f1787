import { lockForErasure } from '../erasure/suppressions.ts';
import { isBetweenRounds, lockCampaign } from '../lock-campaign.ts';
import { recordAudit } from '../record-audit.ts';
import { setCampaignState } from '../set-campaign-state.ts';
import type { Transaction } from '../store.ts';
import { readCampaignKey } from './campaign-keys.ts';

export interface ShredCampaign {
  campaignId: string;
  /** Why; never a number. */
  reason: string;
  actor: string;
  now: Date;
}

export interface Shredded {
  numbers: number;
  sightings: number;
  /** Whether there was a key; not where nothing was found, or it was shredded before. */
  hadKey: boolean;
  /** Where Postgres' log stood afterwards: up to there it may hold the wrapped key and copies of the rows. */
  walPosition: string;
}

/**
 * Takes a campaign's key away and with it all that was found, its blind indexes first of all: those are under a key that stays. Cancels
 * the campaign where it runs. What a sink has under way is dropped when it comes to commit, since the row of the key remains.
 * Commits of all campaigns wait until the rows are gone. Throws `campaign-unknown`.
 */
export async function shredCampaign(tx: Transaction, shred: ShredCampaign): Promise<Shredded> {
  const { campaignId, reason, actor, now } = shred;
  await lockForErasure(tx);
  const campaign = await lockCampaign(tx, campaignId);
  const goesOn = campaign.state === 'active' || campaign.state === 'paused' || isBetweenRounds(campaign);
  if (goesOn) await setCampaignState(tx, { campaignId, verb: 'cancel', actor, now });
  const hadKey = await deleteKey(tx, shred);
  const sightings = await deleteAll(tx, 'sightings', campaignId);
  const numbers = await deleteAll(tx, 'numbers', campaignId);
  const counts = { numbers, sightings };
  await recordAudit(tx, [
    { at: now, actor, action: 'campaign.shredded', campaignId, details: { reason, hadKey } },
    // What the campaign's counts are held against, see `compareCounts`.
    { at: now, actor, action: 'findings.erased', campaignId, details: counts },
  ]);
  const { rows } = await tx.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  return { ...counts, hadKey, walPosition: rows[0]?.lsn ?? '' };
}

/** Its row stays, and says that nothing is to be stored of this campaign any more. */
async function deleteKey(tx: Transaction, { campaignId, now }: ShredCampaign): Promise<boolean> {
  const key = await readCampaignKey(tx, campaignId);
  await tx.query(
    `insert into campaign_keys (campaign_id, wrapped, master_id, made_at, shredded_at) values ($1, null, 'shredded', $2, $2)
     on conflict (campaign_id) do update set wrapped = null, master_id = 'shredded', shredded_at = excluded.shredded_at
     where campaign_keys.wrapped is not null`,
    [campaignId, now],
  );
  return key !== null && key.wrapped !== null;
}

const slices = 64;
/** Longer than a blind index, and so after the last that there can be. */
const afterAll = Buffer.alloc(33, 0xff);

/** By slices of the blind index, which is as good as random: millions of rows take longer than a statement may. */
async function deleteAll(tx: Transaction, table: 'numbers' | 'sightings', campaignId: string): Promise<number> {
  let deleted = 0;
  for (let slice = 0; slice < slices; slice += 1) {
    const from = (slice * 256) / slices;
    const { count } = await tx.query(
      `delete from ${table} where campaign_id = $1 and blind_index >= $2 and blind_index < $3`,
      [campaignId, Buffer.of(from), slice === slices - 1 ? afterAll : Buffer.of(from + 256 / slices)],
    );
    deleted += count;
  }
  return deleted;
}
