import { z } from 'zod';
import { pageCodeList } from './error-codes.ts';
import { rejectReasons } from './findings.ts';
import { renderEvidence } from './rendering.ts';
import { pageKeyBytes } from './seen-filter.ts';
import { epochMs, leaseToken, pageValidators, robotsRule, rowId, wireUrl } from './wire.ts';

/** What was cut at a limit, so that no cut is silent (I8). A closed set: it is a label value. */
export const cutKinds = ['body', 'links', 'findings', 'subresources', 'robots', 'time'] as const;
export type CutKind = (typeof cutKinds)[number];

/** `not-modified`: the host says that the page is what it was at its last visit, and sent nothing of it. */
export const pageOutcomes = ['done', 'not-modified', 'failed', 'excluded', 'throttled'] as const;
export type PageOutcome = (typeof pageOutcomes)[number];

const leased = {
  v: z.literal(1),
  leaseToken,
  /** The worker's name, as in its logs. */
  worker: z.string().max(100),
  /** When the last document request of the job started, ms since the epoch; null when none was sent. */
  requestedAt: epochMs.nullable(),
  finishedAt: epochMs,
  /** How long the host wants to be left alone, from its Retry-After or rate-limit headers; null when it said nothing. */
  retryAfterMs: z.int().nonnegative().max(86_400_000).nullable(),
  /** From the start of the last document request to the head of its answer, ms; none where no answer came. */
  latencyMs: z.int().nonnegative().max(3_600_000).optional(),
  /** The host's, to which that request was sent; none where it was not sent. */
  address: z.union([z.ipv4(), z.ipv6()]).optional(),
};

export const linkVias = ['link', 'redirect'] as const;
export const resultLink = z.strictObject({ url: wireUrl, via: z.enum(linkVias) });
export type ResultLink = z.infer<typeof resultLink>;

/** The outcome of one page. Numbers are in `sealed` only: HPKE ciphertext, base64, bound to page and lease. */
export const pageResult = z.strictObject({
  ...leased,
  kind: z.literal('page'),
  pageId: rowId,
  campaignId: rowId,
  outcome: z.enum(pageOutcomes),
  /** Why it failed, was excluded or throttled; null when done. */
  code: z.enum(pageCodeList).nullable(),
  http: z.strictObject({
    status: z.int().min(100).max(999).nullable(),
    bytes: z.int().nonnegative(),
    rendered: z.boolean(),
  }),
  cuts: z.array(z.enum(cutKinds)).max(cutKinds.length),
  links: z.array(resultLink).max(2_000),
  /** Links of the page's own host that a filter called known: by their keys alone, `pageKeyBytes` each, in base64. */
  seen: z
    .strictObject({
      generation: z.int().positive(),
      /** Links that it was asked about. */
      asked: z.int().nonnegative().max(2_000),
      keys: z.base64().max(Math.ceil((2_000 * pageKeyBytes) / 3) * 4),
    })
    .optional(),
  sealed: z.base64().nullable(),
  findings: z.int().nonnegative(),
  rejected: z.partialRecord(z.enum(rejectReasons), z.int().nonnegative()),
  /** For its next visit, where the job asked for them and the page's own URL gave some. */
  validators: pageValidators.optional(),
  /** What the page tells of others of its host. */
  hostEvidence: z
    .strictObject({
      render: renderEvidence.optional(),
      /** What it says, as a keyed digest; none of a page that says little. */
      content: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .optional(),
    })
    .optional(),
});

/** Sitemaps that one robots.txt may name, and URLs in one result of a sitemap. */
export const mostNamedSitemaps = 100;
export const maxListedUrls = 2_000;

/** What an origin's robots.txt said, by RFC 9309 §2.3.1: `unavailable` allows all, `unreachable` forbids all. */
export const robotsOutcomes = ['fetched', 'unavailable', 'unreachable', 'redirected'] as const;
export type RobotsOutcome = (typeof robotsOutcomes)[number];

export const robotsResult = z.strictObject({
  ...leased,
  kind: z.literal('robots'),
  originId: rowId,
  outcome: z.enum(robotsOutcomes),
  status: z.int().min(100).max(999).nullable(),
  code: z.enum(pageCodeList).nullable(),
  /** The rules of the group that applies to us; empty unless fetched. */
  rules: z.array(robotsRule).max(20_000),
  crawlDelayMs: z.int().nonnegative().nullable(),
  /** Where to, when it was redirected to another host: that host has a clock of its own. */
  redirect: wireUrl.nullable(),
  /** Its `Sitemap:` lines. */
  sitemaps: z.array(wireUrl).max(mostNamedSitemaps).default([]),
});

/**
 * A part of what a sitemap lists. A worker hands on one part at a time, under one lease: the next when the one before is
 * committed, so that a sitemap takes no more of the queue than a page (I8). The last ends the lease and tells how it went.
 */
export const sitemapResult = z.strictObject({
  ...leased,
  kind: z.literal('sitemap'),
  pageId: rowId,
  campaignId: rowId,
  /** From 0: the sink commits them in order, each once. */
  part: z.int().min(0).max(1_000),
  isLast: z.boolean(),
  outcome: z.enum(pageOutcomes),
  code: z.enum(pageCodeList).nullable(),
  http: z.strictObject({ status: z.int().min(100).max(999).nullable(), bytes: z.int().nonnegative() }),
  cuts: z.array(z.enum(cutKinds)).max(cutKinds.length),
  pages: z.array(wireUrl).max(maxListedUrls),
  /** Those of an index, or where it was moved to on another origin. */
  sitemaps: z.array(resultLink).max(maxListedUrls),
});

export const crawlResult = z.discriminatedUnion('kind', [pageResult, robotsResult, sitemapResult]);

export type PageResult = z.infer<typeof pageResult>;
export type RobotsResult = z.infer<typeof robotsResult>;
export type SitemapResult = z.infer<typeof sitemapResult>;
export type CrawlResult = z.infer<typeof crawlResult>;
