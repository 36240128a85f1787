import {
  campaignLimits,
  campaignStatus,
  createCampaignRequest,
  enqueueReport,
  enqueueRequest,
  NumfleetError,
} from '@numfleet/contracts';
import { isRegion } from '@numfleet/extract/regions';
import {
  changeLimits,
  createCampaign,
  enqueuePages,
  listCampaigns,
  type OfferPage,
  readCampaignStatus,
  readScope,
  retryFailedPages,
  type Scope,
  type SitemapsOf,
  type Store,
  setCampaignState,
  widenScope,
} from '@numfleet/store';
import { z } from 'zod';
import type { AcceptUrls } from './accept-urls.ts';
import { refuseNumbers } from './parse-input.ts';
import { type ApiRoute, valueRoute } from './route.ts';

export interface CampaignRouteDeps {
  store: Store;
  acceptUrls: AcceptUrls;
  offerPage: OfferPage;
  sitemapsOf: SitemapsOf;
  now: () => Date;
}

export function campaignRoutes(deps: CampaignRouteDeps): ApiRoute[] {
  return [create(deps), list(deps), read(deps), enqueue(deps), limit(deps), ...verbs.map((verb) => change(deps, verb))];
}

function create({ store, acceptUrls, offerPage, sitemapsOf, now }: CampaignRouteDeps): ApiRoute {
  return valueRoute({
    method: 'POST',
    path: '/campaigns',
    summary: 'Create a campaign with its seeds; it is active at once.',
    body: createCampaignRequest,
    status: 201,
    answer: enqueueReport,
    async handle({ body: { seeds, ...settings }, actor }) {
      const { name, purpose, allow, deny } = settings;
      refuseNumbers({ name, purpose, allow, deny });
      refuseUnknownRegion(settings.region);
      const { urls, hosts } = acceptUrls(seeds);
      const offered = urls.map(offerSeed(offerPage, { settings, hosts }));
      const { id, ...report } = await store.transaction(async (tx) => {
        const created = await createCampaign(tx, { settings, seeds: offered, sitemapsOf, actor, now: now() });
        await widenScope(tx, created.id, hosts);
        return created;
      });
      return { campaign: id, ...report };
    },
  });
}

/** Two letters that are no country would have every national number dropped, without a word. */
function refuseUnknownRegion(region: string | null): void {
  if (region === null || isRegion(region)) return;
  throw new NumfleetError(
    'request-invalid',
    'region: not a country that numbers are known of. GB is the United Kingdom.',
  );
}

function list({ store, now }: CampaignRouteDeps): ApiRoute {
  return valueRoute({
    method: 'GET',
    path: '/campaigns',
    summary: 'The newest 100 campaigns, the newest first.',
    body: null,
    answer: z.object({ campaigns: z.array(campaignStatus) }),
    handle: async () => ({ campaigns: await listCampaigns(store, { now: now() }) }),
  });
}

function read({ store, now }: CampaignRouteDeps): ApiRoute {
  return valueRoute({
    method: 'GET',
    path: '/campaigns/{campaign}',
    summary: 'How far a campaign is.',
    body: null,
    answer: campaignStatus,
    handle: ({ campaignId }) => readCampaignStatus(store, campaignId, now()),
  });
}

function enqueue({ store, acceptUrls, offerPage, sitemapsOf, now }: CampaignRouteDeps): ApiRoute {
  return valueRoute({
    method: 'POST',
    path: '/campaigns/{campaign}/urls',
    summary: 'Add URLs as further seeds; a finished campaign that gets work is active again.',
    body: enqueueRequest,
    answer: enqueueReport,
    async handle({ campaignId, body, actor }) {
      const { urls, hosts } = acceptUrls(body.urls);
      const report = await store.transaction(async (tx) => {
        const pages = urls.map(offerSeed(offerPage, await readScope(tx, campaignId)));
        const enqueued = await enqueuePages(tx, { campaignId, pages, sitemapsOf, actor, now: now() });
        await widenScope(tx, campaignId, hosts);
        return enqueued;
      });
      return { campaign: campaignId, ...report };
    },
  });
}

function limit({ store, now }: CampaignRouteDeps): ApiRoute {
  return valueRoute({
    method: 'POST',
    path: '/campaigns/{campaign}/limits',
    summary: 'Change the limits of a campaign that runs; a larger page budget takes in what the smaller one left out.',
    body: campaignLimits,
    answer: campaignStatus,
    handle: ({ campaignId, body: limits, actor }) =>
      store.transaction(async (tx) => {
        await changeLimits(tx, { campaignId, limits, actor, now: now() });
        return await readCampaignStatus(tx, campaignId, now());
      }),
  });
}

const verbs = ['pause', 'resume', 'cancel', 'retry'] as const;

const summaries = {
  pause: 'Hand out no more pages of a campaign; those that are being fetched still end.',
  resume: 'Go on with a paused campaign.',
  cancel: 'End a campaign; its queued pages are excluded.',
  retry: 'Queue the failed pages again; a finished campaign that gets work is active again.',
} as const;

function change({ store, now }: CampaignRouteDeps, verb: (typeof verbs)[number]): ApiRoute {
  return valueRoute({
    method: 'POST',
    path: `/campaigns/{campaign}/${verb}`,
    summary: summaries[verb],
    body: null,
    answer: campaignStatus,
    handle: ({ campaignId, actor }) =>
      store.transaction(async (tx) => {
        const asked = { campaignId, actor, now: now() };
        if (verb === 'retry') await retryFailedPages(tx, asked);
        else await setCampaignState(tx, { ...asked, verb });
        return await readCampaignStatus(tx, campaignId, now());
      }),
  });
}

/** Whatever an operator names is a seed: in scope, at depth 0. */
function offerSeed(offerPage: OfferPage, scope: Scope) {
  return (url: string) => offerPage({ url, via: 'seed', depth: 0, foundOn: null }, scope);
}
