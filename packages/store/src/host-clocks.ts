import type { BreakerReason, BreakerState } from '@numfleet/contracts';
import { decideHost, type HostClock, type HostEvidence } from './decide-host.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { Transaction } from './store.ts';

/** What results told about a host, beyond the times at which it was asked. */
export interface HostNews {
  hostId: string;
  breaker: { from: BreakerState; to: BreakerState; reason: BreakerReason | null };
  /** One for each result with which the host refused. */
  refused: BreakerReason[];
  /** Requests that started although the breaker was open; anything but 0 is a defect (G15). */
  whileOpen: number;
}

export interface ClockOptions {
  now: Date;
  policy?: RetryPolicy | undefined;
  /** Told before the transaction has committed. */
  onHost?: ((news: HostNews) => void) | undefined;
}

type ClockRow = HostClock & { id: string; address?: string | undefined };

/**
 * Enters what results told about their hosts into the hosts' clocks and breakers (I7, G15). The last lock of a transaction,
 * so that a host is locked, and passed over by the scheduler, for as short as can be.
 */
export async function advanceHostClocks(
  tx: Transaction,
  evidence: readonly (HostEvidence & { hostId: string })[],
  options: ClockOptions,
): Promise<void> {
  if (evidence.length === 0) return;
  const byHost = Map.groupBy(evidence, (one) => one.hostId);
  const before = await lockClocks(tx, [...byHost.keys()]);
  const decided = before.map((row) => decideAll(row, byHost.get(row.id) ?? [], options));
  const opened = decided.filter(({ news }) => news.breaker.from === 'closed' && news.breaker.to === 'open');
  const underWay = await countUnderWay(
    tx,
    opened.map(({ clock }) => clock.id),
  );
  const clocks = decided.map(({ clock }) => ({ ...clock, underWay: underWay.get(clock.id) ?? clock.underWay }));
  await tx.query(
    `update hosts h
     set last_requested_at = clock."lastRequestedAt", not_before = clock."notBefore", failures = clock.failures,
       failed_at = clock."failedAt", latency_ms = clock."latencyMs", breaker = clock.breaker,
       breaker_reason = clock."breakerReason", troubled_since = clock."troubledSince", under_way = clock."underWay",
       address = coalesce(clock.address, h.address)
     from jsonb_to_recordset($1::jsonb) as clock (id bigint, "lastRequestedAt" timestamptz, "notBefore" timestamptz,
       failures int, "failedAt" timestamptz, "latencyMs" int, breaker text, "breakerReason" text,
       "troubledSince" timestamptz, "underWay" int, address inet)
     where h.id = clock.id`,
    [JSON.stringify(clocks)],
  );
  for (const { news } of decided) if (isNews(news)) options.onHost?.(news);
}

async function lockClocks(tx: Transaction, hostIds: readonly string[]): Promise<ClockRow[]> {
  const { rows } = await tx.query<ClockRow>(
    `select id, last_requested_at as "lastRequestedAt", not_before as "notBefore", failures, failed_at as "failedAt",
       lease_delay_ms as "delayMs", latency_ms as "latencyMs", breaker,
       breaker_reason as "breakerReason", troubled_since as "troubledSince", under_way as "underWay"
     from hosts where id = any($1::bigint[]) order by id for no key update`,
    [hostIds],
  );
  return rows;
}

function decideAll(
  row: ClockRow,
  evidence: readonly HostEvidence[],
  { now, policy }: ClockOptions,
): { clock: ClockRow; news: HostNews } {
  let clock: HostClock = row;
  const refused: BreakerReason[] = [];
  let whileOpen = 0;
  for (const one of evidence) {
    const verdict = decideHost(clock, one, now, policy);
    clock = verdict.clock;
    if (verdict.refused) refused.push(verdict.refused);
    if (verdict.whileOpen) whileOpen += 1;
  }
  const breaker = { from: row.breaker, to: clock.breaker, reason: clock.breakerReason ?? row.breakerReason };
  const address = evidence.findLast((one) => one.address !== undefined)?.address;
  return { clock: { ...clock, id: row.id, address }, news: { hostId: row.id, breaker, refused, whileOpen } };
}

/** Leases of hosts that have just opened; those of this transaction's results have ended already. */
async function countUnderWay(tx: Transaction, hostIds: readonly string[]): Promise<Map<string, number>> {
  if (hostIds.length === 0) return new Map();
  const { rows } = await tx.query<{ hostId: string; count: number }>(
    `select host_id as "hostId", count(*)::int as count from pages
     where state = 'leased' and host_id = any($1::bigint[]) group by host_id`,
    [hostIds],
  );
  return new Map(rows.map((row) => [row.hostId, row.count]));
}

const isNews = ({ breaker, refused, whileOpen }: HostNews) =>
  breaker.from !== breaker.to || refused.length > 0 || whileOpen > 0;

/** Lets the clocks of hosts start anew: somebody may have requested something of them until now. */
export async function restartHostClocks(tx: Transaction, hostIds: readonly string[], now: Date): Promise<void> {
  if (hostIds.length === 0) return;
  await tx.query(
    `with locked as materialized (select id from hosts where id = any($1::bigint[]) order by id for no key update)
     update hosts h set last_requested_at = greatest(h.last_requested_at, $2) from locked where h.id = locked.id`,
    [[...new Set(hostIds)], now],
  );
}
