import { queueNames, type SpanAttributes, type SpanName, spanAttributesOf, type Tracer } from '@numfleet/contracts';
import type { Job } from 'bullmq';
import type { Messages, Parsed } from './contract.ts';
import { traceparentIn } from './envelope.ts';

/** The span that a message of a queue is worked on in; reports are no work. */
const spanOf: Partial<Record<keyof Messages, SpanName>> = {
  [queueNames.crawl]: 'crawl',
  [queueNames.results]: 'commit',
};

/**
 * Works on a job in a span under the one that added it. All that is emitted on the way, from taking the job to its end,
 * falls into it.
 */
export function traceJob<Q extends keyof Messages, T>(
  tracer: Tracer,
  { queue, job, parsed }: { queue: Q; job: Job; parsed: Parsed<Messages[Q]> },
  work: () => Promise<T>,
): Promise<T> {
  const name = spanOf[queue];
  if (name === undefined) return work();
  const attributes = attributesOf(job, parsed.ok ? parsed.message : null);
  return tracer.continueTrace(traceparentIn(job.data), () => tracer.span(name, attributes, work));
}

function attributesOf(job: Job, message: Messages[keyof Messages] | null): SpanAttributes {
  return {
    'numfleet.job.id': job.id ?? '',
    // Both clocks are of this fleet, but not of one machine.
    'numfleet.queue.seconds': Math.max(0, Date.now() - job.timestamp) / 1_000,
    ...(message !== null && 'leaseToken' in message && spanAttributesOf(message)),
  };
}
