import type { PageCode, RobotsOutcome, RobotsRule, WireUrl } from '@numfleet/contracts';
import { backoff, type RetryPolicy, retryPolicy } from './retry-policy.ts';

/** Redirects of a robots.txt that are followed, each at the pace of the host that it leads to (RFC 9309 §2.3.1.2). */
const maxHops = 5;
/** RFC 9309 §2.4: a cached copy is used for no more than 24 hours. */
const freshMs = 24 * 3_600_000;
/** An origin whose robots.txt could not be had is asked again after this, if anything of it is wanted then. */
const unreachableMs = 3_600_000;

export interface RobotsTries {
  hostId: string;
  hops: number;
  attempts: number;
  throttled: number;
  workerLosses: number;
}

/** What changes of an origin; what is left out stays. */
export interface RobotsChange extends Partial<RobotsTries> {
  state: 'due' | 'known';
  wanted?: boolean;
  url?: WireUrl | null;
  robotsHostId?: string;
  notBefore: Date | null;
  fetchedAt?: Date;
  expiresAt?: Date;
  outcome?: Exclude<RobotsOutcome, 'redirected'>;
  status?: number | null;
  rules?: RobotsRule[];
  sitemaps?: WireUrl[];
  crawlDelayMs?: number | null;
}

export interface RobotsEvidence {
  outcome: RobotsOutcome;
  code: PageCode | null;
  status: number | null;
  rules: RobotsRule[];
  crawlDelayMs: number | null;
  sitemaps: WireUrl[];
  /** Where to, and the host of that; null unless redirected. */
  redirect: { url: WireUrl; hostId: string } | null;
}

/** What becomes of an origin after a robots result (RFC 9309 §2.3.1). Pure. */
export function decideRobots(
  evidence: RobotsEvidence,
  before: RobotsTries,
  now: Date,
  policy: RetryPolicy = retryPolicy,
): RobotsChange {
  const { status, redirect } = evidence;
  if (evidence.outcome === 'fetched') {
    const { rules, crawlDelayMs, sitemaps } = evidence;
    return { ...known(before, 'fetched', now, freshMs), status, rules, crawlDelayMs, sitemaps };
  }
  if (evidence.outcome === 'redirected' && redirect && before.hops < maxHops) {
    return { state: 'due', hops: before.hops + 1, url: redirect.url, robotsHostId: redirect.hostId, notBefore: null };
  }
  if (evidence.outcome !== 'unreachable') {
    return { ...known(before, 'unavailable', now, freshMs), status, rules: [], crawlDelayMs: null, sitemaps: [] };
  }
  if (evidence.code === 'throttled' && before.throttled + 1 < policy.maxThrottled) {
    return { state: 'due', throttled: before.throttled + 1, status, notBefore: null };
  }
  const attempts = before.attempts + 1;
  if (evidence.code === 'throttled' || attempts >= policy.maxAttempts) return { ...unreachable(before, now), status };
  return { state: 'due', attempts, status, notBefore: new Date(now.getTime() + backoff(attempts, policy)) };
}

/** What becomes of an origin whose robots job lost its worker. */
export function decideLostRobots(before: RobotsTries, now: Date, policy: RetryPolicy = retryPolicy): RobotsChange {
  const workerLosses = before.workerLosses + 1;
  if (workerLosses >= policy.maxWorkerLosses) return unreachable(before, now);
  return { state: 'due', workerLosses, notBefore: new Date(now.getTime() + backoff(workerLosses, policy)) };
}

function unreachable(before: RobotsTries, now: Date): RobotsChange {
  const rules = [{ allow: false, pattern: '/' }];
  return { ...known(before, 'unreachable', now, unreachableMs), rules, crawlDelayMs: null };
}

function known(
  before: RobotsTries,
  outcome: Exclude<RobotsOutcome, 'redirected'>,
  now: Date,
  forMs: number,
): RobotsChange {
  return {
    state: 'known',
    outcome,
    wanted: false,
    url: null,
    robotsHostId: before.hostId,
    hops: 0,
    attempts: 0,
    throttled: 0,
    workerLosses: 0,
    notBefore: null,
    fetchedAt: now,
    expiresAt: new Date(now.getTime() + forMs),
  };
}
