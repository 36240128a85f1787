import { recordAudit } from './record-audit.ts';
import type { Transaction } from './store.ts';

/**
 * Finishes the campaigns that have neither a queued nor a leased page (I9), and gives their ids. So it does with paused ones, but
 * for those that visit their pages again: there it is the next round that is held.
 *
 * The row is locked by one statement and the pages are looked at by the next, with a newer snapshot: whoever queues a
 * page holds that lock, so a page queued before is seen and one queued after finds the campaign finished. One statement
 * for both would look at pages as they were before it got the lock.
 */
export async function finishCampaigns(tx: Transaction, options: { now: Date }): Promise<string[]> {
  const open = `exists (select from pages where campaign_id = c.id and state = 'queued')
    or exists (select from pages where campaign_id = c.id and state = 'leased')`;
  const running = `(state = 'active' or (state = 'paused' and every_seconds is null))`;
  const candidates = await tx.query<{ id: string }>(
    `select id from campaigns c where ${running} and not (${open})
     order by id for no key update skip locked`,
  );
  if (candidates.count === 0) return [];
  const finished = await tx.query<{ id: string }>(
    `update campaigns c set state = 'finished', finished_at = $2
     where id = any($1::bigint[]) and ${running} and not (${open}) returning id`,
    [candidates.rows.map((row) => row.id), options.now],
  );
  await recordAudit(
    tx,
    finished.rows.map(({ id }) => ({
      at: options.now,
      actor: 'scheduler',
      action: 'campaign.finished',
      campaignId: id,
      details: {},
    })),
  );
  return finished.rows.map((row) => row.id);
}
