import { decideHost, type HostClock, type HostEvidence, type RetryPolicy } from './retry-policy.ts';
import type { Transaction } from './store.ts';

/**
 * Enters what results told about their hosts into the hosts' clocks (I7). The last lock of a transaction, so that
 * a host is locked, and passed over by the scheduler, for as short as can be.
 */
export async function advanceHostClocks(
  tx: Transaction,
  evidence: readonly (HostEvidence & { hostId: string })[],
  options: { now: Date; policy?: RetryPolicy | undefined },
): Promise<void> {
  if (evidence.length === 0) return;
  const { rows } = await tx.query<HostClock & { id: string }>(
    `select id, last_requested_at as "lastRequestedAt", not_before as "notBefore", failures, failed_at as "failedAt",
       lease_delay_ms as "delayMs"
     from hosts where id = any($1::bigint[]) order by id for no key update`,
    [[...new Set(evidence.map((one) => one.hostId))]],
  );
  const byHost = Map.groupBy(evidence, (one) => one.hostId);
  const advanced = rows.map((row) => ({
    id: row.id,
    ...(byHost.get(row.id) ?? []).reduce<HostClock>(
      (clock, one) => decideHost(clock, one, options.now, options.policy),
      row,
    ),
  }));
  await tx.query(
    `update hosts h
     set last_requested_at = clock."lastRequestedAt", not_before = clock."notBefore", failures = clock.failures,
       failed_at = clock."failedAt"
     from jsonb_to_recordset($1::jsonb) as clock (id bigint, "lastRequestedAt" timestamptz, "notBefore" timestamptz,
       failures int, "failedAt" timestamptz)
     where h.id = clock.id`,
    [JSON.stringify(advanced)],
  );
}

/** Lets the clocks of hosts start anew: somebody may have requested something of them until now. */
export async function restartHostClocks(tx: Transaction, hostIds: readonly string[], now: Date): Promise<void> {
  if (hostIds.length === 0) return;
  await tx.query(
    `with locked as materialized (select id from hosts where id = any($1::bigint[]) order by id for no key update)
     update hosts h set last_requested_at = greatest(h.last_requested_at, $2) from locked where h.id = locked.id`,
    [[...new Set(hostIds)], now],
  );
}
