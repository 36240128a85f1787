import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';

/** What runs where: OpenTelemetry's context, which holds the span, along the chain of awaits. */
const contexts = new AsyncLocalStorage<Context>();

export function activeContext(): Context {
  return contexts.getStore() ?? ROOT_CONTEXT;
}

export function runInContext<T>(context: Context, work: () => T): T {
  return contexts.run(context, work);
}

/**
 * The span that runs now. One that has ended is none: what was started within a span and outlives it, such as a browser,
 * goes on reporting from its context.
 */
export function activeSpan(): Span | undefined {
  const span = trace.getSpan(activeContext());
  return span?.isRecording() ? span : undefined;
}

/** What a log line says of the span that it was written in. */
export function activeIds(): { traceId: string; spanId: string } | undefined {
  const ids = activeSpan()?.spanContext();
  return ids && { traceId: ids.traceId, spanId: ids.spanId };
}
