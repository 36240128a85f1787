import type { CutKind, PageOutcome, RobotsOutcome } from './crawl-result.ts';
import type { DeadLetterCode, ErrorCode, PageCode } from './error-codes.ts';
import type { RejectReason } from './findings.ts';
import type { QueueName } from './queue-names.ts';

/** The stages of a page job, in order; ARCHITECTURE.md numbers them 3.1 to 3.6. */
export const crawlStages = ['fetch', 'render', 'parse', 'extract', 'seal', 'hand-on'] as const;
export type CrawlStage = (typeof crawlStages)[number];

/** How a message taken from a queue ended. Their sum equals the messages taken (I9). */
export const jobEndings = ['done', 'failed', 'given-back', 'dead-letter'] as const;
export type JobEnding = (typeof jobEndings)[number];

export const browserEndings = ['closed', 'hung', 'crashed', 'owner-gone', 'recycled'] as const;
export type BrowserEnding = (typeof browserEndings)[number];

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
  | { type: 'queue.error'; queue: QueueName; error: unknown }
  | { type: 'stage.ended'; stage: CrawlStage; pageId: string; seconds: number; ok: boolean }
  | { type: 'page.crawled'; pageId: string; outcome: PageOutcome; code: PageCode | null; seconds: number }
  | { type: 'page.cut'; pageId: string; cut: CutKind }
  | { type: 'page.read'; pageId: string; findings: number; rejected: Partial<Record<RejectReason, number>> }
  | { type: 'robots.read'; originId: string; outcome: RobotsOutcome }
  | { type: 'egress.request'; status: number | null; code: ErrorCode | null; seconds: number; bytes: number }
  | { type: 'egress.refused'; reason: 'private-address' | 'bad-name' | 'bad-port' | 'contact-missing' }
  | { type: 'browser.started'; pid: number; seconds: number; sandboxed: boolean }
  | { type: 'browser.ended'; pid: number; reason: BrowserEnding }
  | { type: 'browser.hung'; stage: string; timeoutMs: number }
  | { type: 'loop.failed'; loop: string; code: ErrorCode; error: unknown }
  /** `route` is the route's pattern, never the address that was asked for. */
  | { type: 'request.failed'; route: string; code: ErrorCode; error: unknown }
  | { type: 'dispatch.claimed'; pages: number; robots: number; leased: number; window: number }
  | { type: 'dispatch.excluded'; code: PageCode; pages: number }
  | { type: 'lease.expired'; verdict: 'extended' | 'attempt' | 'redispatched' | 'poison'; count: number }
  | { type: 'campaign.finished'; campaignId: string }
  | { type: 'commit.batch'; results: number; seconds: number }
  | {
      type: 'commit.result';
      verdict: 'committed' | 'stale' | 'dead-letter';
      numbers: number;
      sightings: number;
      links: number;
    }
  | { type: 'process.spawned'; process: string; pid: number }
  | {
      type: 'process.exited';
      process: string;
      pid: number;
      exitCode: number | null;
      signal: string | null;
      asked: boolean;
    }
  | { type: 'process.restarting'; process: string; inMs: number }
  | { type: 'redaction'; sink: 'log' | 'metric' | 'trace'; count: number };

export type Emit = (event: FleetEvent) => void;
