import {
  type Emit,
  maxListedUrls,
  NumfleetError,
  type PageCode,
  pageCodes,
  type ResultLink,
  type SitemapJob,
  type SitemapResult,
} from '@numfleet/contracts';
import { type Door, type FetchedSitemap, fetchSitemap } from '@numfleet/egress';
import { normaliseUrl, type UrlCodec } from '@numfleet/privacy';
import { abandonOnAbort, createDeadline } from '@numfleet/service';
import type { Holdings } from './holdings.ts';
import type { Stages } from './stages.ts';

/** What a sitemap job found out, of which results hold a part each. */
export interface CrawledSitemap {
  /** The last result, without what it lists. */
  end: Omit<SitemapResult, 'part' | 'isLast' | 'pages' | 'sitemaps'>;
  /** The result number `part` with up to `most` of the URLs that are listed from `from` on, and how many it has. */
  partOf(part: number, from: number, most: number): { result: SitemapResult; taken: number };
}

/** Fetches one sitemap. It always gives a result, except when `signal` aborts it before a request was sent: then it throws. */
export function createCrawlSitemap(deps: {
  door: Door;
  urls: UrlCodec;
  stages: Stages;
  worker: string;
  emit: Emit;
  holdings: Holdings;
}) {
  return async function crawlSitemap(job: SitemapJob, signal: AbortSignal): Promise<CrawledSitemap> {
    signal.throwIfAborted();
    using deadline = createDeadline(job.deadlineMs, { signal, code: 'fetch-timeout' });
    const fetching = () =>
      fetchSitemap({
        door: deps.door,
        url: deps.urls.fromWire(job.url),
        delayMs: job.delayMs,
        robots: job.hostContext.robots,
        deadlineAt: Date.now() + job.deadlineMs,
        signal: deadline.signal,
      });
    const fetched = await deps.stages
      .run('fetch', job.pageId, () => abandonOnAbort(deps.holdings.hold('request', fetching()), deadline.signal))
      .catch(givenUp);
    const { outcome, code, pages, sitemaps } = fetched;
    deps.emit({
      type: 'sitemap.read',
      ...{ pageId: job.pageId, outcome, code, pages: pages.length, sitemaps: sitemaps.length },
    });
    return crawled(job, fetched, deps);
  };
}

/** When its request started is not known then: at the latest, now. */
function givenUp(error: unknown): FetchedSitemap {
  const code = error instanceof NumfleetError ? error.code : 'internal-error';
  const known = code in pageCodes ? (code as PageCode) : 'internal-error';
  return {
    ...{ outcome: 'failed', code: code === 'aborted' ? 'worker-lost' : known, status: null, bytes: 0, cuts: [] },
    ...{
      pages: [],
      sitemaps: [],
      base: '',
      moved: false,
      requestedAt: Date.now(),
      retryAfterMs: null,
      latencyMs: null,
    },
  };
}

function crawled(
  job: SitemapJob,
  fetched: FetchedSitemap,
  { urls, worker }: { urls: UrlCodec; worker: string },
): CrawledSitemap {
  const { outcome, code, status, bytes, cuts, requestedAt, retryAfterMs, latencyMs, address } = fetched;
  const end = {
    ...({ v: 1, kind: 'sitemap', leaseToken: job.leaseToken, pageId: job.pageId, campaignId: job.campaignId } as const),
    ...{ worker, requestedAt, finishedAt: Date.now(), retryAfterMs, outcome, code, http: { status, bytes }, cuts },
    ...(latencyMs !== null && { latencyMs }),
    address,
  };
  const normal = (listed: string[]) => {
    const kept = listed.map((url) => normaliseUrl(url, fetched.base)).filter((url) => url !== null);
    return [...new Set(kept)];
  };
  const [pages, sitemaps] = [normal(fetched.pages), normal(fetched.sitemaps)];
  const via: ResultLink['via'] = fetched.moved ? 'redirect' : 'link';
  return {
    end,
    partOf(part, from, most) {
      const until = from + Math.min(most, maxListedUrls);
      const taken = Math.min(until, pages.length + sitemaps.length) - from;
      const isLast = from + taken === pages.length + sitemaps.length;
      return {
        taken,
        result: {
          ...end,
          part,
          isLast,
          pages: pages.slice(from, until).map(urls.toWire),
          sitemaps: sitemaps
            .slice(Math.max(0, from - pages.length), Math.max(0, until - pages.length))
            .map((url) => ({ url: urls.toWire(url), via })),
        },
      };
    },
  };
}
