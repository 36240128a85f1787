import { spanNames } from '@numfleet/contracts';
import type { HrTime } from '@opentelemetry/api';
import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { z } from 'zod';

const traceId = z.string().regex(/^[0-9a-f]{32}$/);
const spanId = z.string().regex(/^[0-9a-f]{16}$/);

/** A span as a line of a trace file. */
export const spanRecord = z.object({
  traceId,
  spanId,
  /** Null where the trace begins; its span may be of another process. */
  parentId: spanId.nullable(),
  name: z.enum([...spanNames, 'unknown']),
  /** The process that it ran in: `crawler-2`. */
  process: z.string(),
  /** Ms since the epoch, to the microsecond. */
  startedAt: z.number(),
  ms: z.number(),
  ok: z.boolean(),
  attributes: z.record(z.string(), z.union([z.string(), z.number()])),
  links: z.array(z.object({ traceId, spanId })),
});
export type SpanRecord = z.infer<typeof spanRecord>;

export function recordOf(span: ReadableSpan): SpanRecord {
  const { traceId, spanId } = span.spanContext();
  return {
    traceId,
    spanId,
    parentId: span.parentSpanContext?.spanId ?? null,
    name: span.name as SpanRecord['name'],
    process: String(span.resource.attributes['service.instance.id']),
    startedAt: milliseconds(span.startTime),
    ms: milliseconds(span.duration),
    ok: span.status.code !== SpanStatusCode.ERROR,
    attributes: span.attributes as SpanRecord['attributes'],
    links: span.links.map(({ context }) => ({ traceId: context.traceId, spanId: context.spanId })),
  };
}

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1_000 + Math.round(nanoseconds / 1_000) / 1_000;
}
