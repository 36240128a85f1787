import type { CrawlJob, CrawlResult, PageJob, RobotsJob } from '@numfleet/contracts';
import type { Handled } from '@numfleet/queue';
import type { Holdings } from './holdings.ts';

/** One job of the crawl queue. One that is aborted before a request was sent goes back for another worker. */
export function createHandleJob(deps: {
  crawlPage: (job: PageJob, signal: AbortSignal) => Promise<CrawlResult>;
  crawlRobots: (job: RobotsJob, signal: AbortSignal) => Promise<CrawlResult>;
  handOn: (result: CrawlResult) => Promise<void>;
  holdings: Holdings;
}) {
  return async function handleJob(job: CrawlJob, { signal }: { signal: AbortSignal }): Promise<Handled> {
    let result: CrawlResult;
    try {
      result = await deps.holdings.job<CrawlResult>(() =>
        job.kind === 'page' ? deps.crawlPage(job, signal) : deps.crawlRobots(job, signal),
      );
    } catch (error) {
      if (signal.aborted) return { ending: 'given-back' };
      throw error;
    }
    await deps.handOn(result);
    return result.code === null ? { ending: 'done' } : { ending: 'done', page: result.code };
  };
}
