import type { RobotsResult } from '@numfleet/contracts';
import type { Door } from '../door.ts';
import { blockedBy } from '../fetch/block-page.ts';
import type { FetchOutcome } from '../fetch/fetch-document.ts';
import { parseRobots, robotsMaxBytes } from './parse-robots.ts';

/** What a robots job finds out; the URL of `redirect` is still plain. */
export type RobotsOutcomeFields = Pick<
  RobotsResult,
  'outcome' | 'status' | 'code' | 'rules' | 'crawlDelayMs' | 'requestedAt' | 'retryAfterMs' | 'latencyMs' | 'address'
> & {
  redirect: string | null;
  sitemaps: string[];
  /** Redirects so far, the one that is handed back included. */
  hops: number;
};

export interface RobotsRequest {
  door: Pick<Door, 'fetchDocument'>;
  /** Of the robots.txt, or of where another host redirected it. */
  url: string;
  /** Least time between the starts of two requests to the host, ms. */
  delayMs: number;
  /** Epoch ms. */
  deadlineAt: number;
  signal: AbortSignal;
  /** Redirects followed before, by the jobs that led here. */
  hops?: number;
}

const maxRedirects = 5;

/**
 * Fetches and reads a robots.txt by RFC 9309 §2.3.1. A redirect is followed within the host (http to https included),
 * and handed back as `redirected` when it leads to another one, which has a clock of its own, or when its turn would
 * come after the deadline.
 */
export async function fetchRobots({ door, url, hops = 0, ...limits }: RobotsRequest): Promise<RobotsOutcomeFields> {
  const fetched = await door.fetchDocument({
    ...limits,
    url,
    // robots.txt is always allowed, wherever it was moved to: hence no rules.
    robots: [],
    redirectsWithin: 'host',
    maxRedirects: Math.max(0, maxRedirects - hops),
    maxBytes: robotsMaxBytes + 3,
    accept: 'text/plain, */*;q=0.1',
  });
  const { requestedAt, retryAfterMs, latencyMs, address } = fetched;
  const trail = {
    requestedAt,
    retryAfterMs,
    ...(latencyMs !== null && { latencyMs }),
    address,
    hops: hops + fetched.hops,
  };
  const nothing = { status: null, code: null, rules: [], crawlDelayMs: null, redirect: null, sitemaps: [] };
  return { ...nothing, ...trail, ...judge(fetched, trail.hops) };
}

type Judged = Pick<RobotsOutcomeFields, 'outcome'> & Partial<RobotsOutcomeFields>;

function judge(fetched: FetchOutcome, hops: number): Judged {
  switch (fetched.kind) {
    case 'document':
      return { status: fetched.status, ...judgeDocument(fetched) };
    case 'redirect':
      if (hops >= maxRedirects) return { outcome: 'unavailable', status: fetched.status, code: 'too-many-redirects' };
      return { outcome: 'redirected', status: fetched.status, redirect: fetched.to, hops: hops + 1 };
    case 'failed':
      // §2.3.1.2: after more than five redirects the file may be taken for unavailable.
      if (fetched.code === 'too-many-redirects') return { outcome: 'unavailable', code: fetched.code };
      return { outcome: 'unreachable', code: fetched.code };
    case 'refused':
      return { outcome: 'unreachable', code: fetched.code };
  }
}

function judgeDocument(document: Extract<FetchOutcome, { kind: 'document' }>): Judged {
  const { status, body } = document;
  // A page that shuts us out is no robots.txt, whatever its status says.
  if (blockedBy(document) !== null) return { outcome: 'unreachable', code: 'blocked' };
  if (status >= 200 && status < 300) return { outcome: 'fetched', ...parseRobots(body) };
  // "Too many requests" is no word about the file: to crawl freely in answer to it would be the opposite of what is asked.
  if (status === 429) return { outcome: 'unreachable', code: 'throttled' };
  if (status >= 300 && status < 500) return { outcome: 'unavailable', code: 'http-client-error' };
  return { outcome: 'unreachable', code: 'http-server-error' };
}
