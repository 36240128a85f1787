import type { PageJob, PageResult, ResultLink } from '@numfleet/contracts';
import type { UrlCodec } from '@numfleet/privacy';
import type { Filters } from './filters.ts';
import type { RecentKeys } from './recent-keys.ts';

/** A page's result without the links that the campaign knows. */
export type WithholdKnown = (job: PageJob, result: PageResult) => PageResult;

/**
 * Most links of a page are known already (G42). Those of pages that this worker was given are left out: they are in Postgres for
 * certain. Of those that the campaign's filter calls known the key alone is sent, by which the sink finds out; where the filter
 * was wrong the page comes again, without a filter. Only links of the page's own host: it tells the sink where to look.
 */
export function createWithholdKnown(deps: {
  urls: UrlCodec;
  pageKeyOf: (url: string) => Buffer;
  filters: Filters;
  recent: RecentKeys;
}): WithholdKnown {
  return (job, result) => {
    const own = deps.urls.fromWire(job.url);
    deps.recent.add(job.campaignId, deps.pageKeyOf(own));
    if (result.outcome !== 'done') return result;
    const { host } = new URL(own);
    const filter = deps.filters.of(job.campaignId, job.hostContext.seen);
    const links: ResultLink[] = [];
    const known: Buffer[] = [];
    let asked = 0;
    for (const link of result.links) {
      const url = link.via === 'link' ? deps.urls.fromWire(link.url) : null;
      const key = url === null ? null : deps.pageKeyOf(url);
      if (url === null || key === null) links.push(link);
      else if (!deps.recent.has(job.campaignId, key)) {
        const isAsked = filter !== null && new URL(url).host === host;
        if (isAsked) asked += 1;
        if (isAsked && filter.has(key)) known.push(key);
        else links.push(link);
      }
    }
    if (asked === 0 || job.hostContext.seen === undefined) return { ...result, links };
    const keys = Buffer.concat(known).toString('base64');
    return { ...result, links, seen: { generation: job.hostContext.seen, asked, keys } };
  };
}
