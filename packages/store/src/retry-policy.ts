import type { PageCode, PageOutcome, PageState } from '@numfleet/contracts';

/** How often, and how far apart, what failed is tried again. Retrying is decided here alone; the queue never retries. */
export interface RetryPolicy {
  /** Tries of a page, and of a robots file, at most. */
  maxAttempts: number;
  /** Wait after the first failure, ms; four times as long after each one more. */
  backoffMs: number;
  maxBackoffMs: number;
  /** How often a host may put a page off before the page fails. */
  maxThrottled: number;
  /** Wait of a host that throttles without saying for how long, ms; doubled by each failure in a row. */
  throttleMs: number;
  /** Failures in a row after which a host is backed off from. */
  hostFailures: number;
  /** Failures further apart than the host's waits and this are not in a row, ms. */
  streakGapMs: number;
  /** Workers that a page may lose before it is quarantined. */
  maxWorkerLosses: number;
}

export const retryPolicy: RetryPolicy = {
  maxAttempts: 3,
  backoffMs: 5_000,
  maxBackoffMs: 600_000,
  maxThrottled: 10,
  throttleMs: 10_000,
  hostFailures: 3,
  streakGapMs: 3_000,
  maxWorkerLosses: 3,
};

/** Codes that may not come up again at the next try. All others say something about the page that stays true. */
const transient: ReadonlySet<PageCode> = new Set<PageCode>([
  'dns-failed',
  'connect-failed',
  'connection-lost',
  'fetch-timeout',
  'http-server-error',
  'throttled',
  'malformed-response',
  'render-timeout',
  'render-crashed',
  'browser-missing',
  'extract-timeout',
  'internal-error',
  'worker-lost',
]);

/** Codes that say that the host is in trouble, and not only the page. */
const hostTrouble: ReadonlySet<PageCode> = new Set<PageCode>([
  'dns-failed',
  'connect-failed',
  'connection-lost',
  'tls-failed',
  'fetch-timeout',
  'http-server-error',
  'throttled',
  'malformed-response',
]);

export interface PageTries {
  attempts: number;
  throttled: number;
}

export interface PageVerdict extends PageTries {
  state: Exclude<PageState, 'leased'>;
  code: PageCode | null;
  /** When a queued page may be tried again; null: as soon as its host allows. */
  notBefore: Date | null;
}

/** What becomes of a page after a result, given the tries that it had before. */
export function decidePage(
  result: { outcome: PageOutcome; code: PageCode | null },
  before: PageTries,
  now: Date,
  policy: RetryPolicy = retryPolicy,
): PageVerdict {
  const tries = { attempts: before.attempts, throttled: before.throttled };
  // A page that is done may have a code too: `too-large`.
  if (result.outcome === 'done') return { ...tries, state: 'done', code: result.code, notBefore: null };
  const code = result.code ?? 'internal-error';
  if (result.outcome === 'excluded') return { ...tries, state: 'excluded', code, notBefore: null };
  if (result.outcome === 'throttled') {
    const throttled = before.throttled + 1;
    const state = throttled >= policy.maxThrottled ? 'failed' : 'queued';
    return { ...tries, throttled, state, code: 'throttled', notBefore: null };
  }
  const attempts = before.attempts + 1;
  if (!transient.has(code) || attempts >= policy.maxAttempts) {
    return { ...tries, attempts, state: 'failed', code, notBefore: null };
  }
  return { ...tries, attempts, state: 'queued', code, notBefore: new Date(now.getTime() + backoff(attempts, policy)) };
}

/** What becomes of a page whose worker ended or hung with it. */
export function decideLostPage(
  workerLosses: number,
  now: Date,
  policy: RetryPolicy = retryPolicy,
): { state: 'queued' | 'failed'; code: PageCode; workerLosses: number; notBefore: Date | null } {
  const losses = workerLosses + 1;
  if (losses >= policy.maxWorkerLosses)
    return { state: 'failed', code: 'poison', workerLosses: losses, notBefore: null };
  const notBefore = new Date(now.getTime() + backoff(losses, policy));
  return { state: 'queued', code: 'worker-lost', workerLosses: losses, notBefore };
}

/** Wait after the `nth` failure in a row, ms. Without jitter: hosts are spread by their own clocks already. */
export function backoff(nth: number, policy: RetryPolicy = retryPolicy): number {
  return Math.min(policy.maxBackoffMs, policy.backoffMs * 4 ** (nth - 1));
}

export interface HostEvidence {
  /** Start of the last document request of the job; null when none was sent. */
  requestedAt: Date | null;
  code: PageCode | null;
  retryAfterMs: number | null;
}

export interface HostClock {
  lastRequestedAt: Date | null;
  notBefore: Date | null;
  /** In a row, each as soon after the one before as the back-off allowed. */
  failures: number;
  failedAt: Date | null;
  /** The delay under which the host is crawled, ms. */
  delayMs: number;
}

/** A host's clock after a result. Its requests are never dated into the future, whatever a worker's clock says. */
export function decideHost(
  clock: HostClock,
  evidence: HostEvidence,
  now: Date,
  policy: RetryPolicy = retryPolicy,
): HostClock {
  const requestedAt = evidence.requestedAt && evidence.requestedAt > now ? now : evidence.requestedAt;
  const lastRequestedAt = later(clock.lastRequestedAt, requestedAt);
  const inTrouble = evidence.code !== null && hostTrouble.has(evidence.code);
  const streak = isStreak(clock, requestedAt ?? now, policy) ? clock.failures : 0;
  // A job that sent nothing, one that robots.txt refused for instance, is no sign of health.
  const failures = inTrouble ? streak + 1 : requestedAt ? 0 : clock.failures;
  const waitMs = evidence.retryAfterMs ?? (inTrouble ? hostBackoff(evidence.code, failures, policy) : 0);
  return {
    ...clock,
    lastRequestedAt,
    failures,
    failedAt: inTrouble ? now : clock.failedAt,
    notBefore: waitMs > 0 ? later(clock.notBefore, new Date(now.getTime() + waitMs)) : clock.notBefore,
  };
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

function hostBackoff(code: PageCode | null, failures: number, policy: RetryPolicy): number {
  if (code === 'throttled') return Math.min(policy.maxBackoffMs, policy.throttleMs * 2 ** Math.min(failures - 1, 20));
  return failures < policy.hostFailures ? 0 : backoff(failures - policy.hostFailures + 1, policy);
}

function later(a: Date | null, b: Date | null): Date | null {
  if (!a || !b) return a ?? b;
  return a >= b ? a : b;
}
