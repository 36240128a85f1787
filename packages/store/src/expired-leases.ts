import type { Lease } from './leases.ts';
import type { Db } from './store.ts';

/** Leases that ran out before `now`, the oldest first, at most `limit`. The scheduler asks the queue about each. */
export async function expiredLeases(db: Db, options: { now: Date; limit: number }): Promise<Lease[]> {
  const { rows } = await db.query<Lease>(
    `select kind, id, "leaseToken" from (
       select 'page' as kind, id, lease_token as "leaseToken", lease_until as until
       from pages where state = 'leased' and lease_until < $1
       union all
       select 'robots', id, robots_lease_token, robots_lease_until
       from origins where robots_state = 'leased' and robots_lease_until < $1
     ) expired order by until limit $2`,
    [options.now, options.limit],
  );
  return rows;
}
