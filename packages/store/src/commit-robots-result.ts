import type { RobotsResult } from '@numfleet/contracts';
import { ensureHosts } from './ensure-origins.ts';
import { advanceHostClocks } from './host-clocks.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { decideRobots } from './robots-policy.ts';
import type { Transaction } from './store.ts';
import { lockLeasedOrigins, updateOrigins } from './update-origins.ts';

export interface RobotsCommit {
  result: RobotsResult;
  /** URL.host of the result's redirect; null where there is none, or none that can be fetched. */
  redirectHost: string | null;
}

/**
 * Enters what an origin's robots.txt said, once: `stale` when the lease is another's by now, and nothing is changed (I2).
 * In a transaction of its own, without page results: it locks clocks of hosts, which page results lock last.
 */
export async function commitRobotsResult(
  tx: Transaction,
  commit: RobotsCommit,
  options: { now: Date; policy?: RetryPolicy },
): Promise<'committed' | 'stale'> {
  const { result, redirectHost } = commit;
  const [origin] = await lockLeasedOrigins(tx, [{ id: result.originId, leaseToken: result.leaseToken }]);
  if (!origin) return 'stale';
  const redirectHostId = redirectHost === null ? undefined : (await ensureHosts(tx, [redirectHost])).get(redirectHost);
  const redirect = result.redirect && redirectHostId ? { url: result.redirect, hostId: redirectHostId } : null;
  const change = decideRobots({ ...result, redirect }, origin, options.now, options.policy);
  await updateOrigins(tx, [{ ...origin, ...change }]);
  const requestedAt = result.requestedAt === null ? null : new Date(result.requestedAt);
  await advanceHostClocks(
    tx,
    [{ hostId: origin.robotsHostId, requestedAt, code: result.code, retryAfterMs: result.retryAfterMs }],
    options,
  );
  return 'committed';
}
