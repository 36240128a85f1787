import type { BreakerReason, BreakerState, PageCode } from '@numfleet/contracts';
import { backoff, type RetryPolicy, retryPolicy } from './retry-policy.ts';

export interface HostEvidence {
  /** Start of the last document request of the job, by its worker's clock; null when none was sent. */
  requestedAt: Date | null;
  /** When the job ended, by the same clock. */
  finishedAt: Date;
  code: PageCode | null;
  retryAfterMs: number | null;
  /** From that start to the head of the answer, ms. */
  latencyMs?: number | undefined;
  /** Where the connection went. */
  address?: string | undefined;
}

export interface HostClock {
  lastRequestedAt: Date | null;
  notBefore: Date | null;
  /** In a row, each as soon after the one before as the back-off allowed. */
  failures: number;
  failedAt: Date | null;
  /** The delay under which the host is crawled, ms. */
  delayMs: number;
  latencyMs: number | null;
  breaker: BreakerState;
  breakerReason: BreakerReason | null;
  troubledSince: Date | null;
  /** Leases that were under way when the breaker opened and have not ended yet. */
  underWay: number;
}

/** A host's clock after a result, and what is to be told of it. */
export interface HostVerdict {
  clock: HostClock;
  /** Why the host refused, if it did; `spent` is a good answer that allows no further request. */
  refused: BreakerReason | null;
  /** A request that started although the breaker was open, and was not under way by then: a defect (G15). */
  whileOpen: boolean;
}

/** Codes that say that the host is in trouble, and not only the page. */
const hostTrouble: ReadonlySet<PageCode> = new Set<PageCode>([
  'dns-failed',
  'connect-failed',
  'connection-lost',
  'tls-failed',
  'fetch-timeout',
  'http-server-error',
  'throttled',
  'blocked',
  'malformed-response',
]);

/** Clocks of two machines that differ by less are taken for equal. */
const clockSkewMs = 1_000;

/** Decides what a result says about its host (I7, G15). Pure. */
export function decideHost(
  clock: HostClock,
  evidence: HostEvidence,
  now: Date,
  policy: RetryPolicy = retryPolicy,
): HostVerdict {
  const requestedAt = startOf(evidence, now);
  const inTrouble = evidence.code !== null && hostTrouble.has(evidence.code);
  const streak = isStreak(clock, requestedAt ?? now, policy);
  // A job that sent nothing, one that robots.txt refused for instance, is no sign of health.
  const failures = inTrouble ? (streak ? clock.failures : 0) + 1 : requestedAt ? 0 : clock.failures;
  const waitMs = Math.max(evidence.retryAfterMs ?? 0, inTrouble ? hostWait(evidence, failures, policy) : 0);
  const timed: HostClock = {
    ...clock,
    lastRequestedAt: later(clock.lastRequestedAt, requestedAt),
    failures,
    failedAt: inTrouble ? now : clock.failedAt,
    notBefore: waitMs > 0 ? later(clock.notBefore, new Date(now.getTime() + waitMs)) : clock.notBefore,
    latencyMs: smoothed(clock.latencyMs, evidence),
    underWay: Math.max(0, clock.underWay - 1),
  };
  const refused = reasonOf(evidence.code, inTrouble, waitMs);
  const whileOpen = requestedAt !== null && isWhileOpen(clock, requestedAt);
  if (waitMs > 0 && refused) return { clock: opened(timed, refused, inTrouble, streak, now), refused, whileOpen };
  // Under `open` a result is of a request that was under way: only the probe, which half-opens, tells what comes after.
  const recovered = requestedAt !== null && !inTrouble && clock.breaker !== 'open';
  return { clock: recovered ? closed(timed) : timed, refused, whileOpen };
}

/**
 * When a request started, by the sink's clock: as its worker reported it (I7), where the two clocks agree, which they do when
 * the job ended just now by the worker's. Otherwise how long ago it started is taken from the worker's clock, and not when:
 * then it is dated too late by as long as the result waited, and never too early.
 */
function startOf({ requestedAt, finishedAt }: HostEvidence, now: Date): Date | null {
  if (requestedAt === null) return null;
  const endedAgoMs = now.getTime() - finishedAt.getTime();
  const agoMs = Math.max(0, finishedAt.getTime() - requestedAt.getTime());
  const start = endedAgoMs < 0 || endedAgoMs > clockSkewMs ? new Date(now.getTime() - agoMs) : requestedAt;
  return start > now ? now : start;
}

/**
 * Whether a request follows the last failure as closely as back-off and delay allow. Otherwise the host was left alone for
 * a while: nobody who comes back to it later is to wait for what went before.
 */
function isStreak(clock: HostClock, requestedAt: Date, policy: RetryPolicy): boolean {
  if (!clock.failedAt) return true;
  const waitedMs = Math.max(clock.failedAt.getTime(), clock.notBefore?.getTime() ?? 0) - clock.failedAt.getTime();
  const quietMs = requestedAt.getTime() - clock.failedAt.getTime();
  return quietMs <= 2 * waitedMs + clock.delayMs + policy.streakGapMs;
}

/** How long to leave a host alone after the `failures`th failure in a row, ms, whatever it asked for itself. */
function hostWait({ code, retryAfterMs }: HostEvidence, failures: number, policy: RetryPolicy): number {
  if (code === 'blocked') return Math.min(longestWaitMs, policy.blockedMs * 6 ** Math.min(failures - 1, 20));
  if (code !== 'throttled') {
    return failures < policy.hostFailures ? 0 : backoff(failures - policy.hostFailures + 1, policy);
  }
  const doublings = retryAfterMs === null ? failures - 1 : failures - policy.hostFailures;
  // One that names a time is believed, until it keeps naming times at which it refuses again.
  return doublings < 0 ? 0 : Math.min(policy.maxBackoffMs, policy.throttleMs * 2 ** Math.min(doublings, 20));
}

const longestWaitMs = 86_400_000;

/** An exponential average over about four answers. Errors come fast, and never speed a crawl up. */
function smoothed(latencyMs: number | null, evidence: HostEvidence): number | null {
  const sample = evidence.latencyMs;
  if (sample === undefined) return latencyMs;
  if (latencyMs === null) return evidence.code === null ? sample : null;
  if (sample < latencyMs && evidence.code !== null) return latencyMs;
  return Math.round(latencyMs + (sample - latencyMs) / 4);
}

function reasonOf(code: PageCode | null, inTrouble: boolean, waitMs: number): BreakerReason | null {
  if (code === 'throttled' || code === 'blocked') return code;
  if (waitMs === 0) return null;
  return inTrouble ? 'failing' : 'spent';
}

function opened(clock: HostClock, reason: BreakerReason, inTrouble: boolean, streak: boolean, now: Date): HostClock {
  const since = streak ? (clock.troubledSince ?? now) : now;
  return { ...clock, breaker: 'open', breakerReason: reason, troubledSince: inTrouble ? since : null };
}

function closed(clock: HostClock): HostClock {
  return { ...clock, breaker: 'closed', breakerReason: null, troubledSince: null, underWay: 0 };
}

function isWhileOpen({ breaker, underWay, notBefore }: HostClock, requestedAt: Date): boolean {
  if (breaker === 'closed' || underWay > 0 || notBefore === null) return false;
  return requestedAt.getTime() < notBefore.getTime() - clockSkewMs;
}

function later(a: Date | null, b: Date | null): Date | null {
  if (!a || !b) return a ?? b;
  return a >= b ? a : b;
}
