import type { PageCode, PageOutcome, PageState } from '@numfleet/contracts';

/** How often, and how far apart, what failed is tried again. Retrying is decided here alone; the queue never retries. */
export interface RetryPolicy {
  /** Tries of a page, and of a robots file, at most. */
  maxAttempts: number;
  /** Wait after the first failure, ms; four times as long after each one more. */
  backoffMs: number;
  maxBackoffMs: number;
  /** How often a page may be put off, by a host that answers otherwise or by workers without a browser, before it fails. */
  maxThrottled: number;
  /** Wait of a host that throttles without saying for how long, ms; doubled by each failure in a row. */
  throttleMs: number;
  /** Wait of a host that answers with a block page, ms; six times as long after each one more in a row. */
  blockedMs: number;
  /** A host that has given nothing but refusals for so long, or asks to be left alone beyond that, is ended for the campaign. */
  stallMs: number;
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
  blockedMs: 600_000,
  stallMs: 6 * 3_600_000,
  hostFailures: 3,
  streakGapMs: 3_000,
  maxWorkerLosses: 3,
};

/** Codes that may not come up again at the next try. All others say something about the page that stays true. */
const transient: ReadonlySet<PageCode> = new Set<PageCode>([
  'dns-failed',
  'connect-failed',
  'proxy-failed',
  'connection-lost',
  'fetch-timeout',
  'http-server-error',
  'throttled',
  'malformed-response',
  'render-timeout',
  'render-crashed',
  'render-incomplete',
  'extract-timeout',
  'internal-error',
  'worker-lost',
]);

export interface PageTries {
  attempts: number;
  throttled: number;
  /** The page was asked for while its host refused everything: that it is put off then is counted, and never fails it. */
  probing?: boolean;
}

export interface PageVerdict extends Omit<PageTries, 'probing'> {
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
  if (result.outcome === 'done' || result.outcome === 'not-modified') {
    return { ...tries, state: 'done', code: result.code, notBefore: null };
  }
  const code = result.code ?? 'internal-error';
  if (result.outcome === 'excluded') return { ...tries, state: 'excluded', code, notBefore: null };
  if (result.outcome === 'throttled') {
    const throttled = before.throttled + 1;
    const state = throttled >= policy.maxThrottled && !before.probing ? 'failed' : 'queued';
    return { ...tries, throttled, state, code: 'throttled', notBefore: null };
  }
  // It tells of the worker, whose browsers crash and come back, and nothing of the page: no attempt is spent on it.
  if (code === 'browser-missing') {
    const throttled = before.throttled + 1;
    if (throttled >= policy.maxThrottled) return { ...tries, throttled, state: 'failed', code, notBefore: null };
    return {
      ...tries,
      throttled,
      state: 'queued',
      code,
      notBefore: new Date(now.getTime() + backoff(throttled, policy)),
    };
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
