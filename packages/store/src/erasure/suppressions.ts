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

/** Those of the indexes that must not come back, in hex. One look into an index for each, whatever the list's length. */
export async function readSuppressed(db: Db, indexes: readonly Buffer[]): Promise<Set<string>> {
  const { rows } = await db.query<{ index: string }>(
    `select encode(suppression_index, 'hex') as index from suppressions where suppression_index = any($1::bytea[])`,
    [indexes],
  );
  return new Set(rows.map(({ index }) => index));
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
