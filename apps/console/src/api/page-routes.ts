import { NumfleetError, type PageView, pageView } from '@numfleet/contracts';
import { normaliseUrl, type UrlCodec } from '@numfleet/privacy';
import { type FoundPage, findPage, type Store } from '@numfleet/store';
import { z } from 'zod';
import { type ApiRoute, parseCampaignId, valueRoute } from './route.ts';

export interface PageRouteDeps {
  store: Store;
  urls: UrlCodec;
  pageKeyOf: (url: string, speaksFor?: string) => Buffer;
}

const findRequest = z.strictObject({ url: z.string().min(1).max(8_192), campaign: z.string().optional() });

export function pageRoutes({ store, urls, pageKeyOf }: PageRouteDeps): ApiRoute[] {
  return [
    valueRoute({
      method: 'POST',
      path: '/pages/find',
      summary: 'Why a URL was fetched, excluded or failed. It is sent in the body, because it may hold a number.',
      body: findRequest,
      answer: pageView,
      async handle({ body }) {
        const url = normaliseUrl(body.url);
        if (url === null) throw new NumfleetError('url-malformed', 'That is no http or https URL.');
        const campaign = body.campaign === undefined ? {} : { campaignId: parseCampaignId(body.campaign) };
        const { host } = new URL(url);
        const keys = { pageKey: pageKeyOf(url), sitemapKey: pageKeyOf(url, host) };
        const page = await findPage(store, { host, ...keys, ...campaign });
        if (page === null) throw new NumfleetError('page-unknown', 'No campaign has met that URL.');
        return viewPage(page, urls);
      },
    }),
  ];
}

function viewPage(page: FoundPage, urls: UrlCodec): PageView {
  const { campaignId, url, foundOn, lastFetchedAt, nextAttemptAt, nextVisitAt, ...rest } = page;
  return {
    ...rest,
    campaign: campaignId,
    url: urls.redact(urls.fromWire(url)),
    foundOn: foundOn === null ? null : urls.redact(urls.fromWire(foundOn)),
    lastFetchedAt: lastFetchedAt?.toISOString() ?? null,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    nextVisitAt: nextVisitAt?.toISOString() ?? null,
  };
}
