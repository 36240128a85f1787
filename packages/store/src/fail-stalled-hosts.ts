import { type RetryPolicy, retryPolicy } from './retry-policy.ts';
import { nextVisitOf } from './revisits/revisit-policy.ts';
import type { Db } from './store.ts';

/**
 * Ends hosts for the campaigns that have waited for them long enough: their queued pages fail as `host-stalled`. A host is
 * stalled that has given nothing but refusals, and will be left alone until later than `stallMs` after the first of them;
 * a campaign's patience begins no sooner than the campaign. When that time has come, whoever still wants something of the
 * host may ask again. At most `limit` pages a call; the scheduler calls it every second. Gives how many have failed.
 */
export async function failStalledHosts(
  db: Db,
  options: { now: Date; policy?: RetryPolicy; limit?: number },
): Promise<number> {
  const { stallMs } = options.policy ?? retryPolicy;
  const { count } = await db.query(
    `with doomed as (
       select p.id, p.host_id from hosts h
       join frontiers f on f.host_id = h.id
       join campaigns c on c.id = f.campaign_id and c.state = 'active'
       cross join lateral (
         select id, host_id from pages p
         where p.campaign_id = f.campaign_id and p.host_id = f.host_id and p.origin_id = f.origin_id
           and p.state = 'queued' limit $3 for update skip locked
       ) p
       where h.breaker <> 'closed' and h.not_before > $1
         and h.not_before > greatest(h.troubled_since, c.created_at) + $2 * interval '1 ms'
         and h.troubled_since is not null
       limit $3
     )
     update pages p set state = 'failed', code = 'host-stalled', not_before = null, revisit_at = ${nextVisitOf('$1')}
     from doomed where p.id = doomed.id and p.host_id = doomed.host_id`,
    [options.now, stallMs, options.limit ?? 1_000],
  );
  return count;
}
