import { type Context, createContextKey, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { activeContext } from './active-span.ts';

/** The part of a trace that runs in this process, below one span that has no parent here. */
interface LocalTrace {
  /** Sampled, or something in it failed. */
  kept: boolean;
  /** Ended spans that are kept only if something fails yet; they go when their job ends, whose deadline bounds their time. */
  readonly held: ReadableSpan[];
}

/** A page that goes well has about a dozen. */
const maxHeld = 200;
const key = createContextKey('numfleet.local-trace');

/** The context to start a span in: under a span of this process it shares its local trace, else it begins one. */
export function inLocalTrace(context: Context): Context {
  if (localTraceIn(context)) return context;
  return context.setValue(key, { kept: false, held: [] } satisfies LocalTrace);
}

/** From now on the trace is kept: what was held of it, and what is still to come, here and in the processes after. */
export function keepTrace(): void {
  const local = localTraceIn(activeContext());
  if (local) local.kept = true;
}

export function isTraceKept(): boolean {
  return localTraceIn(activeContext())?.kept ?? false;
}

/**
 * Errors are kept whatever the sampling ratio: all spans are recorded, those of a trace that was not sampled are held
 * back until something fails in it. Across processes the sampled flag travels in the traceparent, so that what follows a
 * failure is kept as well; what came before it in another process was let go by then.
 */
export function createKeepErrors(next: SpanProcessor): SpanProcessor {
  const traces = new WeakMap<object, LocalTrace>();
  return {
    onStart(span, context) {
      const local = localTraceIn(context);
      if (local === undefined) return;
      local.kept ||= isSampled(span);
      traces.set(span, local);
    },
    onEnd(span) {
      const local = traces.get(span);
      if (local?.kept === false) {
        if (isRoot(span)) local.held.length = 0;
        else if (local.held.length < maxHeld) local.held.push(span);
        return;
      }
      for (const kept of [...(local?.held.splice(0) ?? []), span]) next.onEnd(sampled(kept));
    },
    forceFlush: () => next.forceFlush(),
    shutdown: () => next.shutdown(),
  };
}

function localTraceIn(context: Context): LocalTrace | undefined {
  return context.getValue(key) as LocalTrace | undefined;
}

function isRoot({ parentSpanContext }: ReadableSpan): boolean {
  return parentSpanContext === undefined || parentSpanContext.isRemote === true;
}

function isSampled(span: Pick<ReadableSpan, 'spanContext'>): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** The SDK's queue passes over a span without the flag. */
function sampled(span: ReadableSpan): ReadableSpan {
  span.spanContext().traceFlags |= TraceFlags.SAMPLED;
  return span;
}
