import type { RobotsOutcome, RobotsRule, WireUrl } from '@numfleet/contracts';
import type { RobotsTries } from './robots-policy.ts';
import type { Transaction } from './store.ts';

/** An origin whose robots.txt is leased, locked by this transaction. */
export interface LockedOrigin extends RobotsTries {
  id: string;
  origin: string;
  /** URL.host of the origin. */
  host: string;
  wanted: boolean;
  url: WireUrl | null;
  robotsHostId: string;
  fetchedAt: Date | null;
  expiresAt: Date | null;
  outcome: Exclude<RobotsOutcome, 'redirected'> | null;
  status: number | null;
  crawlDelayMs: number | null;
}

/** An origin as it is to be, its lease ended. */
export interface EndedOrigin extends LockedOrigin {
  state: 'due' | 'known';
  notBefore: Date | null;
  /** Undefined: as they were. */
  rules?: RobotsRule[] | undefined;
  sitemaps?: WireUrl[] | undefined;
}

/** The origins among `leases` that are still leased under the token given; the others are stale (I2). */
export async function lockLeasedOrigins(
  tx: Transaction,
  leases: readonly { id: string; leaseToken: string }[],
): Promise<LockedOrigin[]> {
  if (leases.length === 0) return [];
  const { rows } = await tx.query<LockedOrigin>(
    `select o.id, o.origin, h.host, o.host_id as "hostId", o.robots_hops as hops, o.robots_attempts as attempts,
       o.robots_throttled as throttled, o.robots_worker_losses as "workerLosses", o.robots_wanted as wanted,
       o.robots_url as url, o.robots_host_id as "robotsHostId", o.robots_fetched_at as "fetchedAt",
       o.robots_expires_at as "expiresAt", o.robots_outcome as outcome, o.robots_status as status,
       o.crawl_delay_ms as "crawlDelayMs"
     from unnest($1::bigint[], $2::uuid[]) as lease (id, token)
     join origins o on o.id = lease.id and o.robots_lease_token = lease.token and o.robots_state = 'leased'
     join hosts h on h.id = o.host_id
     order by o.id for update of o`,
    [leases.map((lease) => lease.id), leases.map((lease) => lease.leaseToken)],
  );
  return rows;
}

/** Ends the leases of origins with what became of them, and wakes the hosts that this gives a slot or work. */
export async function updateOrigins(tx: Transaction, changes: readonly EndedOrigin[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.query(
    `with change as (
       select * from jsonb_to_recordset($1::jsonb) as c (id bigint, state text, wanted boolean, url jsonb,
         "robotsHostId" bigint, hops smallint, attempts smallint, throttled smallint, "workerLosses" smallint,
         "notBefore" timestamptz, "fetchedAt" timestamptz, "expiresAt" timestamptz, outcome text, status int,
         "crawlDelayMs" int, sitemaps jsonb)
     ), woken as (
       insert into frontier_wakeups (host_id)
       select o.robots_host_id from origins o join change c on c.id = o.id
       union select o.host_id from origins o join change c on c.id = o.id
       union select "robotsHostId" from change
     )
     update origins o set robots_state = c.state, robots_wanted = c.wanted, robots_url = nullif(c.url, 'null'),
       robots_host_id = c."robotsHostId", robots_hops = c.hops, robots_attempts = c.attempts,
       robots_throttled = c.throttled, robots_worker_losses = c."workerLosses", robots_not_before = c."notBefore",
       robots_fetched_at = c."fetchedAt", robots_expires_at = c."expiresAt", robots_outcome = c.outcome,
       robots_status = c.status, crawl_delay_ms = c."crawlDelayMs",
       robots_sitemaps = coalesce(c.sitemaps, o.robots_sitemaps),
       robots_rules = case when r.rules is null then o.robots_rules else r.rules::json end,
       robots_lease_token = null, robots_lease_until = null
     from change c join unnest($2::bigint[], $3::text[]) as r (id, rules) on r.id = c.id
     where o.id = c.id`,
    [
      JSON.stringify(changes.map(({ rules: _rules, ...change }) => change)),
      changes.map((change) => change.id),
      changes.map((change) => (change.rules ? JSON.stringify(change.rules) : null)),
    ],
  );
}
