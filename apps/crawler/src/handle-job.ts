import type { CrawlJob, PageCode, PageJob, PageResult, RobotsJob, RobotsResult, SitemapJob } from '@numfleet/contracts';
import type { Handled } from '@numfleet/queue';
import type { CrawledSitemap } from './crawl-sitemap.ts';
import type { Holdings } from './holdings.ts';
import type { WithholdKnown } from './seen/withhold-known.ts';

/** One job of the crawl queue. One that is aborted before a request was sent goes back for another worker. */
export function createHandleJob(deps: {
  crawlPage: (job: PageJob, signal: AbortSignal) => Promise<PageResult>;
  /** What the campaign knows is not handed on again. */
  withholdKnown: WithholdKnown;
  crawlRobots: (job: RobotsJob, signal: AbortSignal) => Promise<RobotsResult>;
  crawlSitemap: (job: SitemapJob, signal: AbortSignal) => Promise<CrawledSitemap>;
  handOn: (result: PageResult | RobotsResult) => Promise<void>;
  handOnSitemap: (sitemap: CrawledSitemap) => Promise<void>;
  holdings: Holdings;
}) {
  return async function handleJob(job: CrawlJob, { signal }: { signal: AbortSignal }): Promise<Handled> {
    let crawled: Crawled;
    try {
      crawled = await deps.holdings.job(() => crawl(job, signal));
    } catch (error) {
      if (signal.aborted) return { ending: 'given-back' };
      throw error;
    }
    await crawled.handOn();
    return crawled.code === null ? { ending: 'done' } : { ending: 'done', page: crawled.code };
  };

  async function crawl(job: CrawlJob, signal: AbortSignal): Promise<Crawled> {
    if (job.kind === 'sitemap') {
      const sitemap = await deps.crawlSitemap(job, signal);
      return { code: sitemap.end.code, handOn: () => deps.handOnSitemap(sitemap) };
    }
    const result = await (job.kind === 'page' ? crawlPage(job, signal) : deps.crawlRobots(job, signal));
    return { code: result.code, handOn: () => deps.handOn(result) };
  }

  async function crawlPage(job: PageJob, signal: AbortSignal): Promise<PageResult> {
    return deps.withholdKnown(job, await deps.crawlPage(job, signal));
  }
}

interface Crawled {
  code: PageCode | null;
  handOn(): Promise<void>;
}
