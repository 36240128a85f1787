import { z } from 'zod';

/** A span's place in its trace as it crosses a process boundary: W3C Trace Context, version 00. */
export const traceparent = z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);

/** Every span that there is (I12), in the order of a page's life. Its stages are numbered in ARCHITECTURE.md. */
export const spanNames = [
  'dispatch',
  'crawl',
  'fetch',
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
 * What a span may say of what it did: ids, counts and codes from closed sets. What is not in this list does not leave
 * the process, and a string among it is redacted all the same (I3).
 */
export interface SpanAttributes {
  'numfleet.job.id'?: string;
  'numfleet.job.kind'?: string;
  'numfleet.job.ending'?: string;
  'numfleet.campaign.id'?: string;
  'numfleet.page.id'?: string;
  'numfleet.origin.id'?: string;
  'numfleet.outcome'?: string;
  'numfleet.error.code'?: string;
  'numfleet.rendered'?: boolean;
  'numfleet.findings'?: number;
  'numfleet.links'?: number;
  'numfleet.batch.results'?: number;
  'http.response.status_code'?: number;
  'http.response.body.size'?: number;
}

/** A span that runs. */
export interface ActiveSpan {
  set(attributes: SpanAttributes): void;
}

/** Spans are made by hand: automatic instrumentation exports URLs and query texts. */
export interface Tracer {
  /** Runs `work` in a span under the one that runs now; it ends when `work` settles, as an error if it throws. */
  span<T>(name: SpanName, attributes: SpanAttributes, work: (span: ActiveSpan) => Promise<T>): Promise<T>;
  /** The span that runs now, to be carried to another process; undefined outside of one. */
  traceparent(): string | undefined;
  /** Runs `work` under a span of another process; under none where it is undefined. */
  continueTrace<T>(parent: string | undefined, work: () => Promise<T>): Promise<T>;
}
