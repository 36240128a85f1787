import type { Db } from './store.ts';

/** Ids of the campaigns that run, or ended after `since`: those whose counts may have changed. */
export async function listAuditableCampaigns(db: Db, { since }: { since: Date }): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    'select id from campaigns where finished_at is null or finished_at > $1 order by id',
    [since],
  );
  return rows.map((row) => row.id);
}
