import type { HostView } from '@numfleet/contracts';
import type { Db } from './store.ts';

export interface BusyHost {
  origin: string;
  state: HostView['state'];
  /** Up to `maxQueued`, beyond which nothing is counted. */
  queued: number;
  leased: number;
  delayMs: number;
  lastRequestAt: Date | null;
  /** Null when it may be asked now. */
  nextRequestAt: Date | null;
  failureStreak: number;
}

export interface BusyHosts {
  hosts: BusyHost[];
  /** Origins with pages to come, up to `maxTotal`. */
  total: number;
}

const maxQueued = 1_000;
const maxTotal = 1_000;

/**
 * Origins with pages to come: those with the most leases, then those due soonest. Bounded however large the frontier is:
 * it looks at the hosts of the leased pages, at the 200 due soonest and at 200 others, and counts no queue beyond
 * `maxQueued`. Ranking by the length of the queue instead would read all of `pages_queued`.
 */
export async function listBusyHosts(db: Db, options: { now: Date; limit: number }): Promise<BusyHosts> {
  const { rows: hosts } = await db.query<BusyHost>(busyHosts, [options.now, options.limit, maxQueued]);
  const { rows: totals } = await db.query<{ total: number }>(countOrigins, [maxTotal]);
  return { hosts, total: totals[0]?.total ?? 0 };
}

const busyHosts = `
with leases as materialized (
  select host_id, origin_id, count(*)::int as leased from pages where state = 'leased' group by host_id, origin_id
), candidates as (
  select host_id, origin_id from leases
  union
  select due.id, f.origin_id
  from (select id from hosts where due_at is not null and waits_for is null order by due_at, id limit 200) due
    cross join lateral (select origin_id from frontiers where host_id = due.id order by origin_id limit 4) f
  union
  (select host_id, origin_id from frontiers order by host_id, origin_id limit 200)
  limit 1000
), chosen as (
  select o.*, h.last_requested_at, h.not_before, h.failures, h.lease_delay_ms, h.latency_ms,
    coalesce(l.leased, 0) as leased, h.due_at, h.waits_for
  from candidates c join hosts h on h.id = c.host_id join origins o on o.id = c.origin_id
    left join leases l on l.origin_id = c.origin_id and l.host_id = c.host_id
  order by coalesce(l.leased, 0) desc, h.due_at nulls last, o.id
  limit $2
), measured as (
  select c.*, (
      select count(*)::int from (
        select from frontiers f cross join lateral (
          select from pages p
          where p.campaign_id = f.campaign_id and p.host_id = f.host_id and p.origin_id = f.origin_id
            and p.state = 'queued'
          limit $3
        ) head
        where f.host_id = c.host_id and f.origin_id = c.id limit $3
      ) counted
    ) as queued,
    polite_delay_ms(coalesce(active.delay_ms, c.lease_delay_ms), c.crawl_delay_ms, c.latency_ms) as delay
  from chosen c cross join lateral (
    select max(campaign.delay_ms) as delay_ms from frontiers f join campaigns campaign on campaign.id = f.campaign_id
    where f.host_id = c.host_id and f.origin_id = c.id and campaign.state = 'active'
  ) active
), clocked as (
  select *, nullif(greatest(not_before, last_requested_at + make_interval(secs => delay / 1000.0), $1), $1) as next_at
  from measured
)
select origin, queued, leased, delay as "delayMs", last_requested_at as "lastRequestAt", next_at as "nextRequestAt",
  failures as "failureStreak",
  case
    when leased > 0 then 'busy'
    when not_before > $1 then 'backing-off'
    when queued > 0 and (robots_state <> 'known' or robots_expires_at <= $1) then 'robots-pending'
    when next_at is not null or waits_for is not null then 'waiting'
    else 'ready'
  end as state
from clocked where leased > 0 or queued > 0 order by leased desc, due_at nulls last, id`;

/** From one origin to the next in the index, instead of over the row of each campaign. */
const countOrigins = `
with recursive origins_met (id, place) as (
  (select origin_id, 1 from frontiers order by origin_id limit 1)
  union all
  select next.origin_id, met.place + 1
  from origins_met met
    cross join lateral (select origin_id from frontiers where origin_id > met.id order by origin_id limit 1) next
  where met.place < $1
)
select count(*)::int as total from origins_met`;
