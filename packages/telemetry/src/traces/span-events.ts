import type { ErrorCode, FleetEvent, SpanAttributes, Tracer } from '@numfleet/contracts';
import { wallClock } from './wall-clock.ts';

/** What events may do to the span that runs now. */
export interface SpanSubject extends Pick<Tracer, 'record'> {
  set(attributes: SpanAttributes): void;
  /** Makes it an error of this code. */
  fail(code: ErrorCode): void;
}

type Tell<Type extends FleetEvent['type']> = (event: Extract<FleetEvent, { type: Type }>, span: SpanSubject) => void;

/** Tells the span that runs now of an event. Most events are of no interest to it. */
export function traceEvent(event: FleetEvent, span: SpanSubject): void {
  (tells[event.type] as Tell<FleetEvent['type']> | undefined)?.(event, span);
}

const tells: { readonly [Type in FleetEvent['type']]?: Tell<Type> } = {
  'job.ended': ({ ending }, span) => span.set({ 'numfleet.job.ending': ending }),
  'job.errored': ({ code }, span) => span.fail(code),
  'job.dead-lettered': ({ code }, span) => span.fail(code),
  'page.crawled': ({ outcome, code }, span) => {
    span.set({ 'numfleet.outcome': outcome });
    if (outcome === 'failed' && code) span.fail(code);
    else if (code) span.set({ 'numfleet.page.code': code });
  },
  'page.read': ({ findings }, span) => span.set({ 'numfleet.findings': findings }),
  'robots.read': ({ outcome }, span) => span.set({ 'numfleet.outcome': outcome }),
  // Each request is a span: the hops of a redirect stand beside one another.
  'egress.request': ({ status, code, bytes, seconds }, span) => {
    const attributes: SpanAttributes = {
      ...(status !== null && { 'http.response.status_code': status }),
      ...(code !== null && { 'numfleet.error.code': code }),
      'http.response.body.size': bytes,
    };
    span.record('request', attributes, { startedAt: wallClock() - seconds * 1_000, seconds });
  },
  'commit.batch': ({ results }, span) => span.set({ 'numfleet.batch.results': results }),
};
