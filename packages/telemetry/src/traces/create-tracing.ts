import { type Emit, errorCodeOf, type FleetEvent, type SpanName, type Tracer } from '@numfleet/contracts';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  createAlwaysRecordSampler,
  NoopSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { activeContext, activeSpan, runInContext } from './active-span.ts';
import { createSpanExport } from './export-spans.ts';
import { createKeepErrors, inLocalTrace, isTraceKept, keepTrace } from './local-trace.ts';
import { openDestination, type SpanDestination } from './open-destination.ts';
import { type SpanSubject, traceEvent } from './span-events.ts';
import { wallClock } from './wall-clock.ts';

export interface TracingOptions {
  /** Which app this is, and which of its processes. */
  service: string;
  worker: string;
  version: string;
  /** Share of traces that is kept; those in which something failed are kept besides. */
  ratio: number;
  destination: SpanDestination;
  /** Hears of spans that were dropped, and of what was redacted in them. */
  emit: Emit;
}

export interface Tracing extends AsyncDisposable {
  tracer: Tracer;
  /** Tells the span that runs now of an event. */
  observe(event: FleetEvent): void;
}

/** How long the last spans may take to go out when the process stops, ms. */
const graceMs = 2_000;

/**
 * Traces of what this process does, with OpenTelemetry. Nothing global is registered: the span that runs now follows the
 * chain of awaits, spans are made by the tracer alone, and no library is instrumented.
 */
export function createTracing(options: TracingOptions): Tracing {
  const exporter = openDestination(options.destination);
  const next = exporter ? createSpanExport({ exporter, emit: options.emit, graceMs }) : new NoopSpanProcessor();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.service,
      'service.namespace': 'numfleet',
      'service.instance.id': options.worker,
      'service.version': options.version,
    }),
    sampler: createAlwaysRecordSampler(new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.ratio) })),
    spanProcessors: [createKeepErrors(next)],
  });
  const otel = provider.getTracer('numfleet');

  const tracer: Tracer = {
    span(name, attributes, work) {
      const { span, context } = start(name, attributes);
      return runInContext(context, () => endWith(span, work));
    },
    record(name, attributes, { startedAt, seconds }) {
      const { span } = start(name, attributes, startedAt);
      const code = attributes['numfleet.error.code'];
      if (code) fail(span, code);
      span.end(startedAt + seconds * 1_000);
    },
    traceparent() {
      const ids = activeSpan()?.spanContext();
      return ids && `00-${ids.traceId}-${ids.spanId}-${isTraceKept() ? '01' : '00'}`;
    },
    continueTrace: (parent, work) => runInContext(parent ? remote(parent) : ROOT_CONTEXT, work),
    link(other) {
      if (other) activeSpan()?.addLink({ context: spanContextOf(other) });
    },
  };

  function start(name: SpanName, attributes: Attributes, startTime = wallClock()): { span: Span; context: Context } {
    const parent = inLocalTrace(activeContext());
    const span = otel.startSpan(name, { kind: kinds[name] ?? SpanKind.INTERNAL, attributes, startTime }, parent);
    return { span, context: trace.setSpan(parent, span) };
  }

  return {
    tracer,
    observe(event) {
      const span = activeSpan();
      if (span === undefined) return;
      const set: SpanSubject['set'] = (attributes) => span.setAttributes(attributes);
      traceEvent(event, { set, fail: (code) => fail(span, code), record: tracer.record });
    },
    [Symbol.asyncDispose]: () => provider.shutdown(),
  };
}

/** Who hands work over to another process, who takes it, and who asks a host. */
const kinds: Partial<Record<SpanName, SpanKind>> = {
  dispatch: SpanKind.PRODUCER,
  'hand-on': SpanKind.PRODUCER,
  crawl: SpanKind.CONSUMER,
  commit: SpanKind.CONSUMER,
  request: SpanKind.CLIENT,
};

async function endWith<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    fail(span, errorCodeOf(error));
    throw error;
  } finally {
    span.end(wallClock());
  }
}

/** The code and nothing else: messages and stacks may hold what a page says. */
function fail(span: Span, code: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: code }).setAttribute('numfleet.error.code', code);
  keepTrace();
}

function remote(traceparent: string): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { ...spanContextOf(traceparent), isRemote: true });
}

/** Of a W3C traceparent that was checked where it came in. */
function spanContextOf(traceparent: string): SpanContext {
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED };
}
