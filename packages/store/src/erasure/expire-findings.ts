import { recordAudit } from '../record-audit.ts';
import type { Transaction } from '../store.ts';
import { lockForErasure } from './suppressions.ts';

export interface Expired {
  numbers: number;
  sightings: number;
}

/**
 * Takes away the sightings whose retention is over, `limit` at most, and the numbers that none is left of; drops the
 * partitions that are empty by then. An audit event a campaign tells how many. To be called until it gives 0 sightings: in
 * small steps, since commits wait for each.
 */
export async function expireFindings(
  tx: Transaction,
  { now, limit = 5_000 }: { now: Date; limit?: number },
): Promise<Expired> {
  await lockForErasure(tx);
  await lockPartitions(tx);
  const { rows } = await tx.query<Expired & { campaignId: string }>(
    `with expired as materialized (
       select campaign_id, blind_index, page_id, source, expires_at from sightings where expires_at <= $1 limit $2
     ), seen as (
       delete from sightings s using expired e where s.campaign_id = e.campaign_id and s.blind_index = e.blind_index
         and s.page_id = e.page_id and s.source = e.source and s.expires_at = e.expires_at
       returning s.campaign_id
     ), gone as (
       delete from numbers n using (select distinct campaign_id, blind_index from expired) e
       where n.campaign_id = e.campaign_id and n.blind_index = e.blind_index and not exists (
         select from sightings s where s.campaign_id = n.campaign_id and s.blind_index = n.blind_index
           and s.expires_at > $1
       )
       returning n.campaign_id
     )
     select campaign_id as "campaignId", sum(number)::int as numbers, sum(sighting)::int as sightings from (
       select campaign_id, 1 as number, 0 as sighting from gone union all select campaign_id, 0, 1 from seen
     ) all_gone group by 1 order by 1`,
    [now, limit],
  );
  if (rows.length === 0) await tx.query('select drop_expired_sightings_partitions($1)', [now]);
  await recordAudit(
    tx,
    rows.map(({ campaignId, numbers, sightings }) => {
      return { at: now, actor: 'scheduler', action: 'findings.expired', campaignId, details: { numbers, sightings } };
    }),
  );
  return {
    numbers: rows.reduce((total, row) => total + row.numbers, 0),
    sightings: rows.reduce((total, row) => total + row.sightings, 0),
  };
}

/**
 * As those take it that make partitions, and before any sighting is touched: a campaign that was created meanwhile held it and
 * waited for the sightings, which were held here by who waited for it.
 */
async function lockPartitions(tx: Transaction): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('numfleet.sightings-partitions'))`);
}
