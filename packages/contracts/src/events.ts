import type { BreakerReason, BreakerState } from './breaker.ts';
import type { CutKind, PageOutcome, RobotsOutcome } from './crawl-result.ts';
import type { DeadLetterCode, ErrorCode, PageCode } from './error-codes.ts';
import type { Normalisation, RejectReason } from './findings.ts';
import type { QueueName } from './queue-names.ts';
import type { RenderDecision } from './rendering.ts';
import type { FilterAlarm, FilterState } from './seen-filter.ts';

/** The stages of a job, in order; ARCHITECTURE.md numbers them 3.1 to 3.6. `read` holds 3.3 to 3.5 and the way to their thread. */
export const crawlStages = ['fetch', 'render', 'read', 'parse', 'extract', 'seal', 'hand-on'] as const;
export type CrawlStage = (typeof crawlStages)[number];

/** How a message taken from a queue ended. Their sum equals the messages taken (I9). */
export const jobEndings = ['done', 'failed', 'given-back', 'dead-letter'] as const;
export type JobEnding = (typeof jobEndings)[number];

/** `recycled`: it served its pages or its time. `outgrown`: its memory. `unclean`: a page of it did not close as it should. */
export const browserEndings = ['closed', 'hung', 'crashed', 'owner-gone', 'recycled', 'outgrown', 'unclean'] as const;
export type BrowserEnding = (typeof browserEndings)[number];

export const browserUses = ['serving', 'retired'] as const;
export type BrowserUse = (typeof browserUses)[number];

/** Why spans were not kept: more came than go out, the collector or file did not take them, or the process ended first. */
export const spanDropReasons = ['queue-full', 'export-failed', 'stopped'] as const;
export type SpanDropReason = (typeof spanDropReasons)[number];

/** Why a connection to Postgres was given up: it did not answer, broke while idle, or was 30 min old. */
export const evictionReasons = ['no-answer', 'broken', 'expired'] as const;
export type EvictionReason = (typeof evictionReasons)[number];

/**
 * What whoever wants a host's address was given: one asked for just now, one kept from before, one whose time is over since
 * no better was to be had in time, or none: the name has none, could not be looked up, or not in time.
 */
export const lookupResults = ['fresh', 'cached', 'stale', 'negative', 'failed', 'timeout'] as const;
export type LookupResult = (typeof lookupResults)[number];

/**
 * How a process ended that the supervisor starts again; `ended` is an exit with code 0 that nobody asked for, and `hung`
 * that it was killed because it no longer answered.
 */
export const restartReasons = ['ended', 'failed', 'killed', 'hung', 'never-ready'] as const;
export type RestartReason = (typeof restartReasons)[number];

/** What a job holds while it runs, and must have given back soon after. */
export const jobResources = ['request', 'browser-page', 'thread'] as const;
export type JobResource = (typeof jobResources)[number];

/**
 * Why a request to the console was refused before any route saw it: its stated length, what it grew to while it was read,
 * what it unpacked to, an unknown encoding or type, no valid HTTP or JSON, a header over its limit, too slow, or one
 * connection too many.
 */
export const requestRejections = [
  'length',
  'chunked',
  'inflated',
  'encoding',
  'malformed',
  'headers',
  'timeout',
  'connections',
] as const;
export type RequestRejection = (typeof requestRejections)[number];

/**
 * All that happens in the fleet and is worth a log line or a metric. Rooms emit these; telemetry alone turns them into
 * logs, metrics and spans. No event carries page text, a number or a URL: pages and hosts go by their ids.
 */
export type FleetEvent =
  | { type: 'service.started'; adminPort: number }
  | { type: 'service.ready' }
  | { type: 'service.draining'; reason: string }
  | { type: 'service.stopped'; reason: string; exitCode: number }
  | { type: 'service.failed'; code: ErrorCode; error: unknown }
  | { type: 'job.taken'; queue: QueueName; jobId: string }
  | { type: 'job.ended'; queue: QueueName; jobId: string; ending: JobEnding; seconds: number }
  | { type: 'jobs.accounted'; taken: number; endings: Record<JobEnding, number>; difference: number }
  | { type: 'job.dead-lettered'; queue: QueueName; jobId: string; code: DeadLetterCode }
  | { type: 'job.errored'; queue: QueueName; jobId: string; code: ErrorCode; error: unknown }
  /** How many resources of a kind are held by jobs that have ended; emitted whenever it changes. */
  | { type: 'job.outlived'; resource: JobResource; held: number }
  | { type: 'connection.evicted'; pool: 'truth' | 'queue'; reason: EvictionReason }
  | { type: 'queue.error'; queue: QueueName; error: unknown }
  /** A worker that took nothing while jobs waited was replaced. */
  | { type: 'queue.worker-renewed'; queue: QueueName }
  /** Whether this Redis drops keys when it is full cannot be found out. */
  | { type: 'queue.unverified' }
  /** All services share one user of this Redis, because it lets no others be made. */
  | { type: 'queue.user-shared' }
  /** `pageId` is null for a robots job. */
  | { type: 'stage.ended'; stage: CrawlStage; pageId: string | null; seconds: number; ok: boolean }
  /** The numbering plans that numbers are read by: version and day (`releasedAt`, ms) of the metadata's release (G16). */
  | { type: 'numbering.loaded'; version: string; releasedAt: number }
  | { type: 'page.crawled'; pageId: string; outcome: PageOutcome; code: PageCode | null; seconds: number }
  /** Whether it was rendered, why or why not, and whether that found numbers that the page as fetched had not. */
  | { type: 'page.render-decided'; pageId: string; decision: RenderDecision; gained: boolean | null }
  | { type: 'page.cut'; pageId: string; cut: CutKind }
  | {
      type: 'page.read';
      pageId: string;
      findings: number;
      rejected: Partial<Record<RejectReason, number>>;
      normalised: Partial<Record<Normalisation, number>>;
      /** Of what was read, which may be what a browser made of it. */
      bytes: number;
      /** That finding its numbers took. */
      seconds: number;
    }
  | { type: 'robots.read'; originId: string; outcome: RobotsOutcome }
  | {
      type: 'sitemap.read';
      pageId: string;
      outcome: PageOutcome;
      code: PageCode | null;
      pages: number;
      sitemaps: number;
    }
  | { type: 'egress.request'; status: number | null; code: ErrorCode | null; seconds: number; bytes: number }
  | { type: 'egress.refused'; reason: 'private-address' | 'bad-name' | 'bad-port' | 'contact-missing' }
  | { type: 'egress.resolved'; result: LookupResult }
  /** How many requests have no connection yet; emitted whenever it changes. */
  | { type: 'egress.waiting'; requests: number }
  | { type: 'browser.started'; pid: number; seconds: number; sandboxed: boolean }
  | { type: 'browser.ended'; pid: number; reason: BrowserEnding }
  | { type: 'browser.hung'; stage: string; timeoutMs: number }
  /** So many in a row did not start or did not live; until then none is started. */
  | { type: 'browser.paused'; crashes: number; inMs: number }
  /** What the processes of a worker's browsers use, those that take pages and those that only finish theirs; CPU since last told. */
  | { type: 'browsers.measured'; state: BrowserUse; processes: number; rssBytes: number; cpuSeconds: number }
  | { type: 'loop.failed'; loop: string; code: ErrorCode; error: unknown }
  | { type: 'request.rejected'; reason: RequestRejection }
  /** `route` is the route's pattern, never the address that was asked for. */
  | { type: 'request.failed'; route: string; code: ErrorCode; error: unknown }
  /** Somebody reveals or traces more numbers than is usual; `refused`: more than is allowed. */
  | { type: 'reveals.unusual'; times: number; numbers: number; refused: boolean }
  /** The caller went away before the answer was whole. */
  | { type: 'request.abandoned'; route: string }
  | { type: 'dispatch.claimed'; pages: number; robots: number; leased: number; window: number }
  | { type: 'dispatch.excluded'; code: PageCode; pages: number }
  | { type: 'lease.expired'; verdict: 'extended' | 'attempt' | 'redispatched' | 'poison'; count: number }
  | { type: 'campaign.finished'; campaignId: string }
  /** Pages that are visited again and again were queued for their next visit. */
  | { type: 'pages.due-again'; pages: number }
  /** What became of a filter over the pages that a campaign knows (G42). */
  | { type: 'filter.changed'; campaignId: string; generation: number; state: FilterState | 'dropped'; keys: number }
  /** Of so many answers so many were wrong; `usual` is the share that was expected. */
  | {
      type: 'filter.judged';
      campaignId: string;
      generation: number;
      rate: number;
      usual: number;
      answers: number;
      wrong: number;
    }
  | { type: 'filter.alarmed'; campaignId: string; generation: number; rule: FilterAlarm; rate: number; usual: number }
  /** A host's breaker (G15). `reason` is why it opened, last. */
  | { type: 'breaker.changed'; hostId: string; from: BreakerState; to: BreakerState; reason: BreakerReason | null }
  | { type: 'host.refused'; hostId: string; reason: BreakerReason }
  | { type: 'host.asked-while-open'; hostId: string; requests: number }
  /** Hosts that a campaign has waited for long enough. */
  | { type: 'host.stalled'; pages: number }
  /** The wall clock moved by so much against the one that only goes forward. */
  | { type: 'clock.stepped'; stepMs: number }
  /** For so long nothing could be dispatched, since the window was full, of messages that wait in this queue mostly. */
  | { type: 'dispatch.held'; queue: QueueName; seconds: number }
  /** A campaign's counters were compared with its rows (I9); `difference` is the sum of what they are apart. */
  | { type: 'counts.audited'; campaignId: string; difference: number; seconds: number }
  | { type: 'commit.batch'; results: number; seconds: number }
  | {
      type: 'commit.result';
      verdict: 'committed' | 'stale' | 'dead-letter';
      numbers: number;
      sightings: number;
      /** Findings dropped because their numbers were erased or opted out. */
      suppressed: number;
      links: number;
      /** Keys that a filter called known and that were not (G42). */
      unseen: number;
    }
  /** Findings whose retention was over are gone. */
  | { type: 'findings.expired'; numbers: number; sightings: number }
  /** `lagSeconds`: how long the oldest of them had waited. */
  | { type: 'audit.sealed'; events: number; lagSeconds: number }
  /** The head of the audit's chain, as it was written down outside of the database: its place, and the first half of its seal in hex. */
  | { type: 'audit.anchored'; seq: number; head: string }
  /** The audit is no longer the one whose head was written down. */
  | { type: 'audit.broken'; seq: number }
  | { type: 'process.spawned'; process: string; pid: number }
  | {
      type: 'process.exited';
      process: string;
      pid: number;
      exitCode: number | null;
      signal: string | null;
      asked: boolean;
    }
  | { type: 'process.restarting'; process: string; reason: RestartReason; inMs: number }
  /** `again`: the last ones were dropped too. */
  | { type: 'spans.dropped'; reason: SpanDropReason; count: number; again: boolean }
  | { type: 'redaction'; sink: 'log' | 'metric' | 'trace'; count: number };

export type Emit = (event: FleetEvent) => void;
