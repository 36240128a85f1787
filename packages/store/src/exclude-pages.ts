import type { PageCode } from '@numfleet/contracts';
import { nextVisitOf } from './revisits/revisit-policy.ts';
import type { Db } from './store.ts';

/**
 * Excludes pages that were claimed and, at a closer look, must not be fetched: robots.txt forbids them. In a later round they may. Fenced: a page
 * whose lease ended meanwhile is left as it is. Gives how many were excluded.
 */
export async function excludePages(
  db: Db,
  pages: readonly { id: string; leaseToken: string }[],
  { code, now }: { code: PageCode; now: Date },
): Promise<number> {
  const { count } = await db.query(
    `update pages p set state = 'excluded', code = $3, lease_token = null, lease_until = null,
       revisit_at = ${nextVisitOf('$4')}
     from unnest($1::bigint[], $2::uuid[]) as lease (id, token)
     where p.id = lease.id and p.lease_token = lease.token and p.state = 'leased'`,
    [pages.map((page) => page.id), pages.map((page) => page.leaseToken), code, now],
  );
  return count;
}
