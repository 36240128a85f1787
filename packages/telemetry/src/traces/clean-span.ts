import { errorCodes, type SpanAttributeKind, spanAttributes, spanNames } from '@numfleet/contracts';
import { type Attributes, type Link, type SpanContext, type SpanStatus, SpanStatusCode } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { type Redaction, redactString } from '../redact-value.ts';

/** One object for all: OTLP groups spans by it, and by their resource. */
const scope = { name: 'numfleet' };

/** What the resource, the process that the spans are of, may say. */
const resourceKeys = new Set(['service.name', 'service.namespace', 'service.instance.id', 'service.version']);

/**
 * A copy of a span with what may leave the process and nothing else (I3), whoever made the span and whatever was put
 * into it: names and codes of closed sets, attributes of the list and of their kind, texts redacted. Events are left out
 * (an exception's holds its message and stack), as are the attributes of links and what other tracers put into the
 * trace state. What was left out or replaced is counted.
 */
export function cleanSpan(span: ReadableSpan, redaction: Redaction): ReadableSpan {
  redaction.count += span.events.length;
  return {
    name: cleanName(span.name, redaction),
    kind: span.kind,
    spanContext: () => cleanContext(span.spanContext()),
    ...(span.parentSpanContext && { parentSpanContext: cleanContext(span.parentSpanContext) }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: cleanStatus(span.status, redaction),
    attributes: cleanAttributes(span.attributes, redaction),
    links: span.links.map((link) => cleanLink(link, redaction)),
    events: [],
    resource: cleanResource(span.resource, redaction),
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function cleanName(name: string, redaction: Redaction): string {
  if ((spanNames as readonly string[]).includes(name)) return name;
  redaction.count += 1;
  return 'unknown';
}

function cleanContext({ traceId, spanId, traceFlags, isRemote = false }: SpanContext): SpanContext {
  return { traceId, spanId, traceFlags, isRemote };
}

function cleanStatus({ code, message }: SpanStatus, redaction: Redaction): SpanStatus {
  if (message === undefined || (code === SpanStatusCode.ERROR && errorCodes.has(message)))
    return { code, ...(message !== undefined && { message }) };
  redaction.count += 1;
  return { code };
}

function cleanLink({ context, attributes = {} }: Link, redaction: Redaction): Link {
  redaction.count += Object.keys(attributes).length;
  return { context: cleanContext(context) };
}

function cleanAttributes(attributes: Attributes, redaction: Redaction): Attributes {
  const clean: Attributes = {};
  for (const [key, value] of Object.entries(attributes)) {
    const kind = Object.hasOwn(spanAttributes, key) && spanAttributes[key as keyof typeof spanAttributes];
    if (kind && isOfKind[kind](value)) clean[key] = kind === 'text' ? redactString(String(value), redaction) : value;
    else redaction.count += 1;
  }
  return clean;
}

const isOfKind: Record<SpanAttributeKind, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  'row-id': (value) => typeof value === 'string' && /^[1-9][0-9]{0,18}$/.test(value),
  quantity: (value) => typeof value === 'number' && Number.isFinite(value),
};

/** Each is cleaned once. */
const cleanedResources = new WeakMap<Resource, Resource>();

function cleanResource(resource: Resource, redaction: Redaction): Resource {
  const known = cleanedResources.get(resource);
  if (known) return known;
  const clean: Attributes = {};
  for (const [key, value] of Object.entries(resource.attributes)) {
    if (resourceKeys.has(key) && typeof value === 'string') clean[key] = redactString(value, redaction);
    else redaction.count += 1;
  }
  const cleaned = resourceFromAttributes(clean);
  cleanedResources.set(resource, cleaned);
  return cleaned;
}
