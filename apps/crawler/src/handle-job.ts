import type { CrawlJob, CrawlResult, PageJob, RobotsJob } from '@numfleet/contracts';
import type { Handled } from '@numfleet/queue';

/** One job of the crawl queue. One that is aborted before a request was sent goes back for another worker. */
export function createHandleJob(deps: {
  crawlPage: (job: PageJob, signal: AbortSignal) => Promise<CrawlResult>;
  crawlRobots: (job: RobotsJob, signal: AbortSignal) => Promise<CrawlResult>;
  handOn: (result: CrawlResult) => Promise<void>;
}) {
  return async function handleJob(job: CrawlJob, { signal }: { signal: AbortSignal }): Promise<Handled> {
    let result: CrawlResult;
    try {
      result = job.kind === 'page' ? await deps.crawlPage(job, signal) : await deps.crawlRobots(job, signal);
    } catch (error) {
      if (signal.aborted) return { ending: 'given-back' };
      throw error;
    }
    await deps.handOn(result);
    return { ending: 'done' };
  };
}
