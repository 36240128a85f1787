import { type CrawlJob, jobIdOf, type queueNames, spanAttributesOf, type Tracer } from '@numfleet/contracts';
import type { JobQueue } from '@numfleet/queue';

/**
 * Adds jobs to the queue, each in a trace of its own that begins here. They go in one call, so each has a span that lasts
 * as long as the call.
 */
export async function addTraced(
  jobs: CrawlJob[],
  { crawl, tracer }: { crawl: JobQueue<typeof queueNames.crawl>; tracer: Tracer },
): Promise<void> {
  const adding = Promise.withResolvers<void>();
  const parents = new Map<CrawlJob, string | undefined>();
  const spans = jobs.map((job) =>
    tracer.continueTrace(undefined, () =>
      tracer.span('dispatch', { 'numfleet.job.id': jobIdOf(job), ...spanAttributesOf(job) }, () => {
        parents.set(job, tracer.traceparent());
        return adding.promise;
      }),
    ),
  );
  adding.resolve(crawl.add(jobs, (job) => parents.get(job)));
  await Promise.all(spans);
}
