import { z } from 'zod';
import { renderModes } from './crawl-job.ts';
import { findingLabels, findingSources, numberTypes } from './findings.ts';
import { renderDecisions } from './rendering.ts';
import { regionCode } from './wire.ts';

export const scopes = ['host', 'domain', 'any'] as const;
export type Scope = (typeof scopes)[number];

export const campaignStates = ['active', 'paused', 'cancelled', 'finished'] as const;
export type CampaignState = (typeof campaignStates)[number];

export const pageStates = ['queued', 'leased', 'done', 'failed', 'excluded'] as const;
export type PageState = (typeof pageStates)[number];

const regExpSource = z
  .string()
  .max(500)
  .refine((source) => isRegExp(source), 'not a regular expression');

const seed = z.string().min(1).max(2_048);

export const campaignSettings = z.strictObject({
  name: z.string().min(1).max(200).default('unnamed'),
  /** Why these numbers are collected. Kept with every audit event (I11). */
  purpose: z.string().trim().min(1).max(500),
  /** Links followed from a seed, at most. */
  depth: z.int().min(0).max(1_000).default(3),
  maxPages: z.int().min(1).max(1_000_000_000).default(10_000),
  scope: z.enum(scopes).default('host'),
  allow: regExpSource.nullable().default(null),
  deny: regExpSource.nullable().default(null),
  region: regionCode.nullable().default(null),
  render: z.enum(renderModes).default('auto'),
  /** Least time between two document requests to a host, ms. */
  delayMs: z.int().min(0).max(3_600_000).default(1_000),
  /** Pages of one host at a time; takes effect only with `delayMs` 0 (I7). */
  hostConcurrency: z.int().min(1).max(64).default(1),
  /** Hosts of one registrable domain, and hosts at one IP address, that are asked at a time; null: no limit but theirs. */
  domainConcurrency: z.int().min(1).max(10_000).nullable().default(null),
  addressConcurrency: z.int().min(1).max(10_000).nullable().default(null),
  retentionDays: z.int().min(1).max(3_650).default(30),
  /** From its creation, or the beginning of a later round, s; what is queued then is excluded. Null: until nothing is left. */
  maxSeconds: z.int().min(1).max(315_360_000).nullable().default(null),
  /** The usual time between two visits of a page, s; null: each is visited once. */
  everySeconds: z.int().min(3_600, 'at least an hour').max(31_536_000, 'at most 365 days').nullable().default(null),
  /** Read the sitemaps that hosts in scope have. */
  sitemaps: z.boolean().default(false),
});
export type CampaignSettings = z.infer<typeof campaignSettings>;

/** What may change while a campaign runs; what is left out stays. */
export const campaignLimits = z
  .strictObject({
    depth: campaignSettings.shape.depth.unwrap(),
    maxPages: campaignSettings.shape.maxPages.unwrap(),
    delayMs: campaignSettings.shape.delayMs.unwrap(),
    hostConcurrency: campaignSettings.shape.hostConcurrency.unwrap(),
    domainConcurrency: campaignSettings.shape.domainConcurrency.unwrap(),
    addressConcurrency: campaignSettings.shape.addressConcurrency.unwrap(),
  })
  .partial();
export type CampaignLimits = z.infer<typeof campaignLimits>;

export const createCampaignRequest = campaignSettings.extend({ seeds: z.array(seed).min(1).max(10_000) });
export type CreateCampaignRequest = z.input<typeof createCampaignRequest>;

export const enqueueRequest = z.strictObject({ urls: z.array(seed).min(1).max(10_000) });

/** What an enqueue did, URL by URL counted: nothing is dropped in silence. */
export const enqueueReport = z.strictObject({
  campaign: z.string(),
  added: z.int(),
  known: z.int(),
  excluded: z.int(),
});
export type EnqueueReport = z.infer<typeof enqueueReport>;

export const campaignStatus = z.object({
  campaign: z.string(),
  name: z.string(),
  purpose: z.string(),
  state: z.enum(campaignStates),
  /** Pages found so far, counted by themselves: at any instant the sum of `pages` (I9). */
  discovered: z.int(),
  pages: z.record(z.enum(pageStates), z.int()),
  /** Excluded URLs beyond the rows that are kept of them (I9). */
  excludedOverflow: z.int(),
  numbers: z.int(),
  sightings: z.int(),
  /** From creation, or the beginning of its present round, to the end, or to now. */
  seconds: z.number(),
  /** The usual time between two visits of a page, s, and when the first is due that is to be visited again. */
  everySeconds: z.int().nullable(),
  nextVisitAt: z.string().nullable(),
});
export type CampaignStatus = z.infer<typeof campaignStatus>;

export const sightingView = z.object({
  url: z.string(),
  at: z.string(),
  source: z.enum(findingSources),
  label: z.enum(findingLabels).nullable(),
  confidence: z.number(),
});

/** One number of a campaign as `numbers --format jsonl` prints it; `number` is masked unless revealed. */
export const numberView = z.object({
  number: z.string(),
  region: z.string().nullable(),
  type: z.enum(numberTypes),
  firstSeen: z.string(),
  lastSeen: z.string(),
  /** All sightings; `sightings` holds the newest of them. */
  sightingsTotal: z.int(),
  sightings: z.array(sightingView),
});
export type NumberView = z.infer<typeof numberView>;

/** Why a URL was fetched, excluded or failed. */
export const pageView = z.object({
  campaign: z.string(),
  /** By which logs and traces know it. */
  id: z.string(),
  url: z.string(),
  state: z.enum(pageStates),
  code: z.string().nullable(),
  /** A sitemap is a document like a page. */
  kind: z.enum(['page', 'sitemap']),
  /** How it was met: asked for by name, linked, redirected to, found by robots.txt, listed in a sitemap. */
  via: z.enum(['seed', 'link', 'redirect', 'robots', 'sitemap']),
  depth: z.int(),
  attempts: z.int(),
  /** The page on which it was found; null for a seed. */
  foundOn: z.string().nullable(),
  httpStatus: z.int().nullable(),
  rendered: z.boolean().nullable(),
  /** How it was decided whether to render it, and whether the browser found numbers that the page as fetched had not. */
  renderDecision: z.enum(renderDecisions).nullable(),
  renderGained: z.boolean().nullable(),
  /** Times that it was queued again, because others like it turned out to need a browser. */
  rereads: z.int(),
  /** Pages like it on its host, by the form of their addresses: read both ways, gained by it, and what follows for the next. */
  likeCompared: z.int().nullable(),
  likeGained: z.int().nullable(),
  likeNeedBrowser: z.boolean().nullable(),
  cuts: z.array(z.string()),
  findings: z.int().nullable(),
  lastFetchedAt: z.string().nullable(),
  nextAttemptAt: z.string().nullable(),
  /** Whether its last visit found other text than the one before; null where there was none before, or it cannot be told. */
  changed: z.boolean().nullable(),
  /** When it is due to be visited again, of a campaign that does so. */
  nextVisitAt: z.string().nullable(),
});
export type PageView = z.infer<typeof pageView>;

export const apiError = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

function isRegExp(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}
