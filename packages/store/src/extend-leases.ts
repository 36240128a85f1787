import { type Lease, pageLeases, robotsLeases } from './leases.ts';
import type { Db } from './store.ts';

/** Lets leases run until `until`; those that ended meanwhile stay ended. Gives how many were extended. */
export async function extendLeases(db: Db, leases: readonly Lease[], until: Date): Promise<number> {
  const pages = pageLeases(leases);
  const robots = robotsLeases(leases);
  const extendedPages = await db.query(
    `update pages p set lease_until = $3 from unnest($1::bigint[], $2::uuid[]) as lease (id, token)
     where p.id = lease.id and p.lease_token = lease.token and p.state = 'leased'`,
    [pages.map((lease) => lease.id), pages.map((lease) => lease.leaseToken), until],
  );
  const extendedRobots = await db.query(
    `update origins o set robots_lease_until = $3 from unnest($1::bigint[], $2::uuid[]) as lease (id, token)
     where o.id = lease.id and o.robots_lease_token = lease.token and o.robots_state = 'leased'`,
    [robots.map((lease) => lease.id), robots.map((lease) => lease.leaseToken), until],
  );
  return extendedPages.count + extendedRobots.count;
}
