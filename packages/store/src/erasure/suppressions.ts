import type { Db, Transaction } from '../store.ts';

const lockKey = "hashtext('numfleet.findings')";

/** Held by who stores findings: until it commits, nothing is erased or expired. Any number of them hold it at once. */
export async function lockAgainstErasure(tx: Transaction): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock_shared(${lockKey})`);
}

/**
 * Held by who takes findings away: waits for the commits that run, and has later ones wait. Without it a commit that looked for
 * suppressions before an erasure, and ends after it, would bring the number back; and retention would take a number from
 * under a sighting that is just being added.
 */
export async function lockForErasure(tx: Transaction): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${lockKey})`);
}

/**
 * Those of the indexes that must not come back, in hex, and those of the campaigns that were shredded. One look into an index for
 * each, whatever the list's length.
 */
export async function readSuppressed(
  db: Db,
  { indexes, campaignIds }: { indexes: readonly Buffer[]; campaignIds: readonly string[] },
): Promise<{ indexes: Set<string>; campaignIds: Set<string> }> {
  const { rows } = await db.query<{ index: string | null; campaignId: string | null }>(
    `select encode(suppression_index, 'hex') as index, null as "campaignId" from suppressions
       where suppression_index = any($1::bytea[])
     union all select null, campaign_id from campaign_keys where campaign_id = any($2::bigint[]) and wrapped is null`,
    [indexes, [...new Set(campaignIds)]],
  );
  return {
    indexes: new Set(rows.flatMap(({ index }) => index ?? [])),
    campaignIds: new Set(rows.flatMap(({ campaignId }) => campaignId ?? [])),
  };
}

/** Gives how many were new. What is suppressed already keeps its reason and its day. */
export async function insertSuppressions(
  tx: Transaction,
  { indexes, reason, now }: { indexes: readonly Buffer[]; reason: 'erased' | 'opted-out'; now: Date },
): Promise<number> {
  const { count } = await tx.query(
    `insert into suppressions (suppression_index, reason, since)
     select distinct index, $2, $3::timestamptz from unnest($1::bytea[]) given (index) order by 1 on conflict do nothing`,
    [indexes, reason, now],
  );
  return count;
}
