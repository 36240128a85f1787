import { setTimeout as sleep } from 'node:timers/promises';
import { type Emit, NumfleetError, type PageCode, type RobotsRule } from '@numfleet/contracts';
import type { Dispatcher } from 'undici';
import { isAllowed } from '../robots/is-allowed.ts';
import { escapeOctet } from '../robots/octets.ts';
import { acceptedCodings, collect, decodeBody } from './decode-body.ts';
import { decodeStream } from './decode-chunks.ts';
import { failureCode } from './failure-code.ts';
import { retryAfterOf } from './retry-after.ts';
import { type Answer, sendRequest } from './send-request.ts';
import type { Waiters } from './waiters.ts';

export interface FetchRequest {
  /** Absolute http or https. */
  url: string;
  /** Least time between the starts of two requests, ms (I7). The first is sent at once: its turn is the scheduler's to know. */
  delayMs: number;
  /** The rules of this origin, for redirects within it; null when they are not at hand: a redirect is then handed back. */
  robots: RobotsRule[] | null;
  /** Limit of the body, compressed and not. */
  maxBytes: number;
  /**
   * Takes the body of a success while it comes, decoded, instead of its being gathered: that of the outcome is empty then.
   * The limit holds for what is received; of what it unpacks to `read` takes as much as it wants.
   */
  read?: (body: AsyncIterable<Uint8Array>) => Promise<void>;
  maxRedirects: number;
  /** Where a redirect is followed to: `host` lets scheme and port change, which only robots.txt may, having no rules above it. */
  redirectsWithin?: 'origin' | 'host';
  /** The Accept header. */
  accept: string;
  /**
   * Validators of the form of `url` that is known: the host need not send that again (RFC 9110 §13.1). They are its own words, and
   * are told to no address that a redirect leads to.
   */
  unless?: { etag?: string; lastModified?: string } | undefined;
  /** Epoch ms. A redirect whose turn would come later is handed back. */
  deadlineAt: number;
  /** Fires at the deadline: nothing is waited for after it. */
  signal: AbortSignal;
}

/** What is known however a fetch ended. */
interface Trail {
  /** Epoch ms at which the last request was written; null when none was. */
  requestedAt: number | null;
  /** How long the host wants to be left alone, ms. */
  retryAfterMs: number | null;
  /** From the start of the last request to the head of its answer, ms; null where none came. */
  latencyMs: number | null;
  /** Redirects followed. */
  hops: number;
  /** Of the host: where the newest connection to it went. */
  address?: string;
}

export type FetchOutcome = Trail &
  (
    | {
        kind: 'document';
        /** The URL that gave it, after redirects. */
        url: string;
        /** Any but a redirect: 4xx, 429 and 5xx are the caller's to judge. */
        status: number;
        headers: Record<string, string>;
        body: Uint8Array;
        truncated: boolean;
        /** A 304 to `unless`: the body is empty, because the page is as it was. */
        unchanged: boolean;
      }
    /** To another origin, or to one's own at a time or under rules that this fetch cannot wait for or know. */
    | { kind: 'redirect'; to: string; status: number }
    /** Nothing was asked of the host, or no more, because we must not. */
    | { kind: 'refused'; code: 'robots-disallowed' | 'contact-missing' }
    | { kind: 'failed'; code: PageCode }
  );

export interface FetchDependencies {
  dispatcher: Dispatcher;
  waiters: Waiters;
  emit: Emit;
  userAgent: string;
}

/** Fetches one document, following redirects within its origin under its robots rules and its delay. Never rejects. */
export async function fetchDocument(request: FetchRequest, dependencies: FetchDependencies): Promise<FetchOutcome> {
  const trail: Trail = { requestedAt: null, retryAfterMs: null, latencyMs: null, hops: 0 };
  const visited = new Set<string>();
  let url = new URL(request.url);
  try {
    for (;;) {
      visited.add(url.href);
      const answer = await exchange(url, request, trail, dependencies);
      if (!('location' in answer)) {
        const unchanged = answer.status === 304 && request.unless !== undefined && trail.hops === 0;
        return { ...trail, kind: 'document', url: url.href, ...answer, unchanged };
      }
      const next = nextHop(url, answer, request, trail, visited);
      if ('kind' in next) return { ...trail, ...next };
      await waitUntil(next.startAt, request.signal);
      url = next.url;
      trail.hops += 1;
    }
  } catch (error) {
    if (error instanceof NumfleetError && error.code === 'contact-missing') {
      return { ...trail, kind: 'refused', code: 'contact-missing' };
    }
    return { ...trail, kind: 'failed', code: failureCode(error, request.signal) };
  }
}

type Exchanged =
  | { location: string; status: number }
  | { status: number; headers: Record<string, string>; body: Uint8Array; truncated: boolean };

/** One request and its answer, reported as one event. */
async function exchange(
  url: URL,
  request: FetchRequest,
  trail: Trail,
  { dispatcher, waiters, emit, userAgent }: FetchDependencies,
): Promise<Exchanged> {
  const startedAt = performance.now();
  let sentAt = startedAt;
  const report = { status: null as number | null, bytes: 0 };
  const seconds = () => (performance.now() - startedAt) / 1_000;
  try {
    const answer = await sendRequest(dispatcher, waiters, {
      url,
      headers: { ...requestHeaders(userAgent, request.accept), ...(trail.hops === 0 && conditionsOf(request)) },
      // Between polite requests a connection would only age, and die under the next one.
      keepAlive: request.delayMs === 0,
      signal: request.signal,
      onStart: (at) => {
        trail.requestedAt = at;
        trail.latencyMs = null;
        sentAt = performance.now();
      },
    });
    trail.latencyMs = Math.round(performance.now() - sentAt);
    report.status = answer.status;
    trail.retryAfterMs = retryAfterOf(answer.headers, answer.status, Date.now());
    const exchanged = await readAnswer(answer, request);
    report.bytes = 'body' in exchanged ? exchanged.body.length : 0;
    emit({ type: 'egress.request', ...report, code: null, seconds: seconds() });
    return exchanged;
  } catch (error) {
    emit({ type: 'egress.request', ...report, code: failureCode(error, request.signal), seconds: seconds() });
    throw error;
  }
}

/** No Referer, no cookies, nothing that tells one visit from another, but for the validators of a page that is visited again. */
function requestHeaders(userAgent: string, accept: string): Record<string, string> {
  return {
    'user-agent': userAgent,
    accept,
    'accept-language': 'en;q=0.8, *;q=0.5',
    'accept-encoding': acceptedCodings,
  };
}

/** Both where there are both, for caches on the way that know only the older one (RFC 9110 §13.1.3). */
function conditionsOf({ unless }: FetchRequest): Record<string, string> {
  return {
    ...(unless?.etag !== undefined && { 'if-none-match': unless.etag }),
    ...(unless?.lastModified !== undefined && { 'if-modified-since': unless.lastModified }),
  };
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

async function readAnswer({ status, headers, body }: Answer, { maxBytes, read }: FetchRequest): Promise<Exchanged> {
  const location = headers.location;
  if (redirectStatuses.has(status) && location !== undefined) {
    body.destroy();
    return { location, status };
  }
  const coding = headers['content-encoding'] ?? '';
  // The body is no longer what these two describe.
  const { 'content-encoding': _coding, 'content-length': _length, ...rest } = headers;
  if (read && status < 300) {
    const received = { bytes: 0, truncated: false };
    await read(decodeStream(upTo(body, maxBytes, received), coding));
    return { status, headers: rest, body: new Uint8Array(), truncated: received.truncated };
  }
  const decoded = await decodeBody(await collect(body, maxBytes), coding, maxBytes);
  return { status, headers: rest, body: decoded.bytes, truncated: decoded.truncated };
}

/** What is received, up to a limit; the rest is never received. */
async function* upTo(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  received: { bytes: number; truncated: boolean },
): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    const room = maxBytes - received.bytes;
    received.bytes += chunk.length;
    received.truncated = chunk.length > room;
    yield chunk.subarray(0, room);
    if (received.truncated) return;
  }
}

type NextHop =
  | { url: URL; startAt: number }
  | { kind: 'redirect'; to: string; status: number }
  | { kind: 'refused'; code: 'robots-disallowed' }
  | { kind: 'failed'; code: 'too-many-redirects' | 'malformed-response' };

function nextHop(
  from: URL,
  { location, status }: { location: string; status: number },
  request: FetchRequest,
  trail: Trail,
  visited: Set<string>,
): NextHop {
  const to = redirectTarget(location, from);
  if (to === null) return { kind: 'failed', code: 'malformed-response' };
  const handBack: NextHop = { kind: 'redirect', to: to.href, status };
  const within = request.redirectsWithin === 'host' ? 'hostname' : 'origin';
  if (to[within] !== from[within]) return handBack;
  // Without cookies the same URL gives the same answer: a loop is known at its first turn.
  if (trail.hops >= request.maxRedirects || visited.has(to.href)) return { kind: 'failed', code: 'too-many-redirects' };
  if (request.robots === null) return handBack;
  if (!isAllowed(request.robots, to.href)) return { kind: 'refused', code: 'robots-disallowed' };
  // RFC 9110 §10.2.3: with a redirect, Retry-After is the least time before it is followed.
  const startAt = (trail.requestedAt ?? 0) + Math.max(request.delayMs, trail.retryAfterMs ?? 0);
  return startAt >= request.deadlineAt ? handBack : { url: to, startAt };
}

function redirectTarget(location: string, from: URL): URL | null {
  // Headers are octets, each one character: left to the parser, they would be encoded as UTF-8 a second time.
  const to = URL.parse(location.replace(/[\x80-\xff]/g, escapeOctet), from.href);
  if (to === null || (to.protocol !== 'http:' && to.protocol !== 'https:')) return null;
  to.hash = '';
  to.username = '';
  to.password = '';
  return to;
}

/** Timers may fire a millisecond early by the wall clock, and a delay is never undercut. */
async function waitUntil(epochMs: number, signal: AbortSignal): Promise<void> {
  for (let left = epochMs - Date.now(); left > 0; left = epochMs - Date.now()) {
    await sleep(left, undefined, { signal });
  }
}
