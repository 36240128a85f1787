import type { DueFrontier, DueHost, DueRobots } from './plan-host.ts';
import type { Db } from './store.ts';

/** A frontier as read: also those that cannot be crawled now, which the claim marks or drops. */
interface FrontierRow extends DueFrontier {
  hostId: string;
  robotsHostId: string;
  robots: 'fresh' | 'unreachable' | 'wanted' | 'asked-for';
  active: boolean;
}

export interface DueWork {
  hosts: DueHost[];
  /** Origins of which pages wait for a robots.txt that nobody has asked for yet. */
  unasked: string[];
  /** Frontiers with nothing queued. */
  empty: { hostId: string; originId: string; campaignId: string }[];
}

type HostRow = Omit<DueHost, 'inFlight' | 'robots' | 'frontiers'>;

/**
 * Hosts that are due and wait for no group, at most `limit`, and what could be fetched from each. The work is bounded by the number of due
 * hosts: each frontier's head is one descent of `pages_queued`. With `lock`, hosts that somebody else has locked are
 * passed over; without, nothing is locked.
 */
export async function readDueHosts(db: Db, options: { now: Date; limit: number; lock: boolean }): Promise<DueWork> {
  const { rows: hosts } = await db.query<HostRow>(
    `select id, host, host(address) as address, due_at as "dueAt", last_requested_at as "lastRequestedAt",
       not_before as "notBefore", lease_delay_ms as "leaseDelayMs", breaker
     from hosts where due_at <= $1 and waits_for is null
     order by due_at, id limit $2 ${options.lock ? 'for no key update skip locked' : ''}`,
    [options.now, options.limit],
  );
  if (hosts.length === 0) return { hosts: [], unasked: [], empty: [] };
  const ids = hosts.map((host) => host.id);
  const frontiers = await readFrontiers(db, ids, options.now);
  const waiting = frontiers.filter((frontier) => frontier.active && isWaiting(frontier) && hasWork(frontier));
  if (options.lock) await askForRobots(db, ids, waiting);
  const robots = Map.groupBy(await readRobots(db, ids, options.now), (row) => row.hostId);
  const crawlable = Map.groupBy(frontiers.filter(isCrawlable), (row) => row.hostId);
  const inFlight = await countInFlight(db, ids);
  return {
    hosts: hosts.map((host) => ({
      ...host,
      inFlight: inFlight.get(host.id) ?? 0,
      robots: robots.get(host.id) ?? [],
      frontiers: crawlable.get(host.id) ?? [],
    })),
    unasked: [...new Set(waiting.filter((row) => row.robots === 'wanted').map((row) => row.originId))],
    empty: frontiers.filter((frontier) => !hasWork(frontier)),
  };
}

const hasWork = (frontier: FrontierRow) => frontier.pageIds.length > 0 || frontier.nextAt !== null;
const isCrawlable = (frontier: FrontierRow) => frontier.active && frontier.robots === 'fresh';
const isWaiting = (frontier: FrontierRow) => frontier.robots === 'wanted' || frontier.robots === 'asked-for';

async function readFrontiers(db: Db, hostIds: readonly string[], now: Date): Promise<FrontierRow[]> {
  const { rows } = await db.query<FrontierRow>(
    `select f.host_id as "hostId", f.origin_id as "originId", f.campaign_id as "campaignId", f.served_at as "servedAt",
       c.state = 'active' as active, c.host_concurrency as "hostConcurrency",
       c.domain_concurrency as "domainConcurrency", c.address_concurrency as "addressConcurrency",
       o.robots_host_id as "robotsHostId", delay.ms as "delayMs",
       case
         when o.robots_state = 'known' and o.robots_expires_at > $2
           then case o.robots_outcome when 'unreachable' then 'unreachable' else 'fresh' end
         when o.robots_wanted then 'asked-for' else 'wanted'
       end as robots,
       array(
         select p.id::text from pages p
         where p.campaign_id = f.campaign_id and p.host_id = f.host_id and p.origin_id = f.origin_id
           and p.state = 'queued' and (p.not_before is null or p.not_before <= $2)
         order by p.depth, p.id
         limit case when delay.ms = 0 then c.host_concurrency else 1 end
       ) as "pageIds",
       (
         select min(p.not_before) from pages p
         where p.campaign_id = f.campaign_id and p.host_id = f.host_id and p.origin_id = f.origin_id
           and p.state = 'queued' and p.not_before > $2
       ) as "nextAt"
     from frontiers f join campaigns c on c.id = f.campaign_id join origins o on o.id = f.origin_id
       join hosts h on h.id = f.host_id
       cross join lateral (select polite_delay_ms(c.delay_ms, o.crawl_delay_ms, h.latency_ms) as ms) delay
     where f.host_id = any($1::bigint[])`,
    [hostIds, now],
  );
  return rows;
}

/**
 * Marks robots files as wanted, and wakes the hosts under whose clocks they are fetched, where they are not `due`
 * anyway: also for those asked for before, since such a host went to sleep when the campaigns that wait were paused.
 */
async function askForRobots(db: Db, due: readonly string[], waiting: readonly FrontierRow[]): Promise<void> {
  if (waiting.length === 0) return;
  await db.query(
    `update origins set robots_wanted = true
     where id = any($1::bigint[]) and robots_state <> 'leased' and not robots_wanted`,
    [waiting.map((frontier) => frontier.originId)],
  );
  const elsewhere = new Set(waiting.map((frontier) => frontier.robotsHostId)).difference(new Set(due));
  if (elsewhere.size === 0) return;
  await db.query('insert into frontier_wakeups (host_id) select unnest($1::bigint[])', [[...elsewhere]]);
}

async function readRobots(db: Db, hostIds: readonly string[], now: Date): Promise<(DueRobots & { hostId: string })[]> {
  const { rows } = await db.query<DueRobots & { hostId: string }>(
    `select o.robots_host_id as "hostId", o.id as "originId", o.robots_not_before as "notBefore",
       polite_delay_ms(waiting.delay_ms, o.crawl_delay_ms, h.latency_ms) as "delayMs",
       waiting.host_concurrency as "hostConcurrency", waiting.domain_concurrency as "domainConcurrency",
       waiting.address_concurrency as "addressConcurrency"
     from origins o join hosts h on h.id = o.robots_host_id cross join lateral (
       select max(c.delay_ms) as delay_ms, min(c.host_concurrency) as host_concurrency,
         min(c.domain_concurrency) as domain_concurrency, min(c.address_concurrency) as address_concurrency
       from frontiers f join campaigns c on c.id = f.campaign_id
       where f.origin_id = o.id and c.state = 'active'
     ) waiting
     where o.robots_host_id = any($1::bigint[]) and o.robots_wanted and o.robots_state <> 'leased'
       and (o.robots_state = 'due' or o.robots_expires_at <= $2) and waiting.delay_ms is not null`,
    [hostIds, now],
  );
  return rows;
}

async function countInFlight(db: Db, hostIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await db.query<{ hostId: string; count: number }>(
    `select "hostId", count(*)::int as count from (
       select host_id as "hostId" from pages where state = 'leased' and host_id = any($1::bigint[])
       union all
       select robots_host_id from origins where robots_state = 'leased' and robots_host_id = any($1::bigint[])
     ) leased group by 1`,
    [hostIds],
  );
  return new Map(rows.map((row) => [row.hostId, row.count]));
}
