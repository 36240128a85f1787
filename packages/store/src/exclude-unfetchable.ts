import type { PageCode } from '@numfleet/contracts';
import { nextVisitOf } from './revisits/revisit-policy.ts';
import type { Db } from './store.ts';

/**
 * Excludes queued pages that will never be fetched: those of campaigns that are cancelled or whose time is over, and of origins whose robots.txt stays
 * unreachable (RFC 9309 §2.3.1.4: then nothing may be fetched). At most `limit` of each a call; the scheduler calls it
 * every tick. Gives how many it excluded, by code.
 */
export async function excludeUnfetchable(
  db: Db,
  options: { now: Date; limit?: number },
): Promise<{ 'campaign-cancelled': number; 'time-budget': number; 'robots-unreachable': number }> {
  const limit = options.limit ?? 1_000;
  return {
    'campaign-cancelled': await excludeCancelled(db, { campaignId: null, limit }),
    'time-budget': await excludeOverdue(db, options.now, limit),
    'robots-unreachable': await excludeUnreachable(db, options.now, limit),
  };
}

/** Of one campaign, or of all that were cancelled where that is null. */
export async function excludeCancelled(db: Db, options: { campaignId: string | null; limit: number }): Promise<number> {
  const where = `c.state = 'cancelled' and ($1::bigint is null or c.id = $1)`;
  return await excludeOf(
    db,
    { code: 'campaign-cancelled', where, value: options.campaignId, comesAgain: 'null' },
    options.limit,
  );
}

/** Their leased pages end as others do: a request that was sent is not taken back. */
async function excludeOverdue(db: Db, now: Date, limit: number): Promise<number> {
  const where = `c.state in ('active', 'paused')
    and coalesce(c.reopened_at, c.created_at) + (c.settings ->> 'maxSeconds')::int * interval '1 second' <= $1::timestamptz`;
  return await excludeOf(db, { code: 'time-budget', where, value: now, comesAgain: nextVisitOf('$1') }, limit);
}

interface Doomed {
  code: PageCode;
  /** SQL: of which campaigns `c`, by a condition on `$1`, and when such a page is due again. */
  where: string;
  comesAgain: string;
  value: string | Date | null;
}

async function excludeOf(db: Db, { code, where, comesAgain, value }: Doomed, limit: number): Promise<number> {
  const { count } = await db.query(
    `with doomed as (
       select p.id, p.host_id from campaigns c
       cross join lateral (
         select id, host_id from pages p where p.campaign_id = c.id and p.state = 'queued' limit $2 for update skip locked
       ) p
       where ${where} limit $2
     )
     update pages p set state = 'excluded', code = $3, not_before = null, revisit_at = ${comesAgain}
     from doomed where p.id = doomed.id and p.host_id = doomed.host_id`,
    [value, limit, code],
  );
  return count;
}

async function excludeUnreachable(db: Db, now: Date, limit: number): Promise<number> {
  const { count } = await db.query(
    `with doomed as (
       select p.id, p.host_id from origins o
       join frontiers f on f.origin_id = o.id
       cross join lateral (
         select id, host_id from pages p
         where p.campaign_id = f.campaign_id and p.host_id = f.host_id and p.origin_id = f.origin_id
           and p.state = 'queued' limit $2 for update skip locked
       ) p
       where o.robots_outcome = 'unreachable' and o.robots_state = 'known' and o.robots_expires_at > $1 limit $2
     )
     update pages p set state = 'excluded', code = 'robots-unreachable', not_before = null,
       revisit_at = ${nextVisitOf('$1')}
     from doomed where p.id = doomed.id and p.host_id = doomed.host_id`,
    [now, limit],
  );
  return count;
}
