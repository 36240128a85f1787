import { z } from 'zod';
import { pageCodeList } from './error-codes.ts';
import { rejectReasons } from './findings.ts';
import { epochMs, leaseToken, robotsRule, rowId, wireUrl } from './wire.ts';

/** What was cut at a limit, so that no cut is silent (I8). A closed set: it is a label value. */
export const cutKinds = ['body', 'links', 'findings', 'subresources', 'time'] as const;
export type CutKind = (typeof cutKinds)[number];

export const pageOutcomes = ['done', 'failed', 'excluded', 'throttled'] as const;
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
  sealed: z.base64().nullable(),
  findings: z.int().nonnegative(),
  rejected: z.partialRecord(z.enum(rejectReasons), z.int().nonnegative()),
});

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
});

export const crawlResult = z.discriminatedUnion('kind', [pageResult, robotsResult]);

export type PageResult = z.infer<typeof pageResult>;
export type RobotsResult = z.infer<typeof robotsResult>;
export type CrawlResult = z.infer<typeof crawlResult>;
