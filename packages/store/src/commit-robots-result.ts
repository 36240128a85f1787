import type { RobotsResult, WireUrl } from '@numfleet/contracts';
import { ensureHosts } from './ensure-origins.ts';
import { advanceHostClocks, type ClockOptions } from './host-clocks.ts';
import { type InsertOptions, insertPages } from './insert-pages.ts';
import { type LockedCampaign, lockCampaigns } from './lock-campaign.ts';
import { campaignsThatMet } from './meet-origins.ts';
import { decideRobots } from './robots-policy.ts';
import type { Transaction } from './store.ts';
import { type LockedOrigin, lockLeasedOrigins, updateOrigins } from './update-origins.ts';

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
  options: ClockOptions & InsertOptions,
): Promise<'committed' | 'stale'> {
  for (;;) {
    const met = await campaignsToTell(tx, commit.result);
    try {
      return await tx.savepoint(async () => enterRobots(tx, commit, await lockCampaigns(tx, met), options));
    } catch (error) {
      if (error !== metMeanwhile) throw error;
    }
  }
}

/** A campaign met the origin after the others were locked. Locks of campaigns come first, so all are given back and taken anew. */
const metMeanwhile = new Error('A campaign met the origin meanwhile.');

async function enterRobots(
  tx: Transaction,
  { result, redirectHost }: RobotsCommit,
  campaigns: ReadonlyMap<string, LockedCampaign>,
  options: ClockOptions & InsertOptions,
): Promise<'committed' | 'stale'> {
  const [origin] = await lockLeasedOrigins(tx, [{ id: result.originId, leaseToken: result.leaseToken }]);
  if (!origin) return 'stale';
  if ((await campaignsToTell(tx, result)).some((id) => !campaigns.has(id))) throw metMeanwhile;
  const redirectHostId = redirectHost === null ? undefined : (await ensureHosts(tx, [redirectHost])).get(redirectHost);
  const redirect = result.redirect && redirectHostId ? { url: result.redirect, hostId: redirectHostId } : null;
  const change = decideRobots({ ...result, redirect }, origin, options.now, options.policy);
  await updateOrigins(tx, [{ ...origin, ...change }]);
  if (change.sitemaps) await offerNamed(tx, origin, change.sitemaps, campaigns, options);
  const requestedAt = result.requestedAt === null ? null : new Date(result.requestedAt);
  const { code, retryAfterMs, latencyMs, address } = result;
  const finishedAt = new Date(result.finishedAt);
  const evidence = { hostId: origin.robotsHostId, requestedAt, finishedAt, code, retryAfterMs, latencyMs, address };
  await advanceHostClocks(tx, [evidence], options);
  return 'committed';
}

/** Most robots files name no sitemap, and need no lock of a campaign. */
async function campaignsToTell(tx: Transaction, { originId, sitemaps }: RobotsResult): Promise<string[]> {
  return sitemaps.length === 0 ? [] : await campaignsThatMet(tx, originId);
}

async function offerNamed(
  tx: Transaction,
  origin: LockedOrigin,
  named: readonly WireUrl[],
  campaigns: ReadonlyMap<string, LockedCampaign>,
  options: InsertOptions,
): Promise<void> {
  const offered = options.sitemapsOf?.(origin, named) ?? [];
  for (const campaign of campaigns.values()) {
    if (campaign.state === 'active' || campaign.state === 'paused') await insertPages(tx, campaign, offered, options);
  }
}
