import { z } from 'zod';
import type { CrawlJob } from './crawl-job.ts';
import type { CrawlResult } from './crawl-result.ts';

/** A span's place in its trace as it crosses a process boundary: W3C Trace Context, version 00. */
export const traceparent = z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);

/** Every span that there is (I12), in the order of a page's life. Its stages are numbered in ARCHITECTURE.md. */
export const spanNames = [
  'dispatch',
  'crawl',
  'fetch',
  'request',
  'render',
  'read',
  'parse',
  'extract',
  'seal',
  'hand-on',
  'commit',
  'commit-batch',
] as const;
export type SpanName = (typeof spanNames)[number];

/**
 * What a span may say of what it did: ids, counts and codes from closed sets, each with its kind. What is not in this
 * list does not leave the process, nor does a value that is not of its kind; a text is redacted all the same (I3).
 */
export const spanAttributes = {
  'numfleet.job.id': 'text',
  'numfleet.job.kind': 'text',
  'numfleet.job.ending': 'text',
  /** From being added to the queue to being taken from it, s. */
  'numfleet.queue.seconds': 'quantity',
  'numfleet.campaign.id': 'row-id',
  'numfleet.page.id': 'row-id',
  'numfleet.origin.id': 'row-id',
  'numfleet.outcome': 'text',
  /** Why it failed; on every span whose status is an error, and on no other. */
  'numfleet.error.code': 'text',
  /** Why a page was excluded, throttled or cut. */
  'numfleet.page.code': 'text',
  'numfleet.findings': 'quantity',
  'numfleet.batch.results': 'quantity',
  'http.response.status_code': 'quantity',
  'http.response.body.size': 'quantity',
} as const;

interface ValueOfKind {
  text: string;
  'row-id': string;
  quantity: number;
}
export type SpanAttributeKind = keyof ValueOfKind;
export type SpanAttributes = { [Key in keyof typeof spanAttributes]?: ValueOfKind[(typeof spanAttributes)[Key]] };

/** Spans are made by hand: automatic instrumentation exports URLs and query texts. */
export interface Tracer {
  /**
   * Calls `work` at once, in a span under the one that runs now. It ends when `work` settles; a throw makes it an error
   * with the code of what was thrown, and nothing else of it.
   */
  span<T>(name: SpanName, attributes: SpanAttributes, work: () => Promise<T>): Promise<T>;
  /** A span under the one that runs now, of what was measured elsewhere; `startedAt` in ms since the epoch. */
  record(name: SpanName, attributes: SpanAttributes, at: { startedAt: number; seconds: number }): void;
  /** The span that runs now, to be carried to another process; undefined outside of one. */
  traceparent(): string | undefined;
  /** Calls `work` under a span of another process, or under none: what it starts then begins a trace of its own. */
  continueTrace<T>(parent: string | undefined, work: () => T): T;
  /** Says that the span that runs now has to do with one of another trace. */
  link(other: string | undefined): void;
}

/** What the spans of a message say of it. */
export function spanAttributesOf(message: CrawlJob | CrawlResult): SpanAttributes {
  const kind = { 'numfleet.job.kind': message.kind };
  if (message.kind === 'robots') return { ...kind, 'numfleet.origin.id': message.originId };
  return { ...kind, 'numfleet.page.id': message.pageId, 'numfleet.campaign.id': message.campaignId };
}

/** Traces nothing: for tools and tests that have no use for spans. */
export const untraced: Tracer = {
  span: (_name, _attributes, work) => work(),
  record() {},
  traceparent: () => undefined,
  continueTrace: (_parent, work) => work(),
  link() {},
};
