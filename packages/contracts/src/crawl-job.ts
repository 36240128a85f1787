import { z } from 'zod';
import { pageKind, renderAdvices } from './rendering.ts';
import { leaseToken, maxCarriedRobotsRules, pageValidators, regionCode, robotsRule, rowId, wireUrl } from './wire.ts';

export const renderModes = ['auto', 'always', 'never'] as const;
export type RenderMode = (typeof renderModes)[number];

const leased = {
  v: z.literal(1),
  leaseToken,
  url: wireUrl,
  /** Wall-clock budget of the job in ms, enforced from outside the work (I6). */
  deadlineMs: z.int().min(100).max(600_000),
  /** Least time between the starts of two document requests to the host, ms (I7). */
  delayMs: z.int().min(0).max(3_600_000),
};

/** Fetch one page, read it, hand a sealed result on. */
export const pageJob = z.strictObject({
  ...leased,
  kind: z.literal('page'),
  pageId: rowId,
  campaignId: rowId,
  depth: z.int().nonnegative(),
  render: z.enum(renderModes),
  /** The campaign's region, for numbers written without a country code. */
  region: regionCode.nullable(),
  hostContext: z.strictObject({
    /** The rules that apply to us at this origin, for redirects; null when too many to carry. */
    robots: z.array(robotsRule).max(maxCarriedRobotsRules).nullable(),
    /** Of pages like this one; none where the campaign says whether to render. */
    render: z.strictObject({ kind: pageKind, advice: z.enum(renderAdvices) }).optional(),
    /** The generation of the campaign's filter to look links up in; none: all links are sent in full. */
    seen: z.int().positive().optional(),
    /** It will be visited again, so its validators are wanted; those given are its last visit's, and a 304 is an answer. */
    revisit: pageValidators.optional(),
  }),
});

/** Fetch one origin's robots.txt (RFC 9309); the host's pages wait for it. */
export const robotsJob = z.strictObject({ ...leased, kind: z.literal('robots'), originId: rowId });

/** Fetch one sitemap and hand on what it lists, in as many results as that takes. */
export const sitemapJob = z.strictObject({
  ...leased,
  kind: z.literal('sitemap'),
  pageId: rowId,
  campaignId: rowId,
  hostContext: z.strictObject({ robots: z.array(robotsRule).max(maxCarriedRobotsRules).nullable() }),
});

export const crawlJob = z.discriminatedUnion('kind', [pageJob, robotsJob, sitemapJob]);

export type PageJob = z.infer<typeof pageJob>;
export type RobotsJob = z.infer<typeof robotsJob>;
export type SitemapJob = z.infer<typeof sitemapJob>;
export type CrawlJob = z.infer<typeof crawlJob>;

/**
 * The queue's id of a job and of its result: the lease itself, so that adding twice is adding once, and so that the
 * scheduler can ask the queue about a lease. BullMQ allows no `:` in it and no id of digits only.
 */
export function jobIdOf(lease: { leaseToken: string }): string {
  return `lease-${lease.leaseToken}`;
}
