import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CutKind, FindingSource, PageCode } from '@numfleet/contracts';

/** What a page is there to try: one row each in the table that `npm start` ends with. */
export const pageKinds = [
  'static',
  'tel-link',
  'script',
  'json-ld',
  'microdata',
  'charset',
  'digits',
  'dead-markup',
  'near-miss',
  'number-in-url',
  'robots',
  'slow',
  'throttled',
  'redirect',
  'calendar',
  'hostile',
  'error',
  'not-html',
  'listing',
] as const;
export type PageKind = (typeof pageKinds)[number];

/** A number that really stands on a page, in E.164, and the most telling of the places where it does. */
export type ExpectedNumber = { number: string; source: FindingSource };

/** Where a page ends in a campaign of `demoDepth`. `done` where nothing is said. */
type ExpectedEnd =
  | { outcome?: 'done'; cut?: never; code?: never }
  | { outcome?: 'done'; cut: CutKind; code: 'too-large' }
  | { outcome: 'failed' | 'excluded'; code: PageCode; cut?: never };

/** A fixed answer; a body without a content type is HTML in UTF-8. */
export type Answer = { status?: number; headers?: Record<string, string>; body: string | Buffer };

export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  /** The server's own port. */
  port: number;
  /** How often this path has been asked for, this time included. */
  visit: number;
  /** Aborted as soon as the client is gone or the sites are disposed of. */
  signal: AbortSignal;
};

/** Answers by itself where a fixed answer will not do. It may end with an AbortError when `signal` fires. */
export type Respond = (exchange: Exchange) => void | Promise<void>;

/** A page and, beside it so that they cannot drift apart, what a crawl must find on it. */
export type Page = ExpectedEnd & {
  path: string;
  kind: PageKind;
  answer: Answer | Respond;
  expected?: ExpectedNumber[];
  /** Numbers that a careless crawler would find here, and that must not come out. */
  forbidden?: string[];
  /** Other paths of the host that the same document may be sighted under: the end of a redirect. */
  sameAs?: string[];
};

/** A URL that the crawl meets but that no site of the demo serves. */
type StrayUrl = { url: string; kind: PageKind; outcome: 'excluded'; code: PageCode };

export type Site = {
  host: string;
  /** robots.txt; without it the host answers 404, which allows everything (RFC 9309 §2.3.1.3). */
  robots?: string | Respond;
  /** The first is the seed. */
  pages: [Page, ...Page[]];
  /** What pages load and no crawl counts: scripts, data, pictures. */
  assets?: Record<string, Answer | Respond>;
  /** Answers paths without end; null is a 404. */
  fallback?: (path: string) => Answer | null;
  strays?: StrayUrl[];
  /** Served, but no part of the demo web: neither seeded, nor let through egress, nor in the manifest. */
  unlisted?: true;
};

/** The depth that the manifest is written for: links followed from a seed, at most. */
export const demoDepth = 3;

/** Numbers that stand in the page's text. */
export function inText(...numbers: string[]): ExpectedNumber[] {
  return numbers.map((number) => ({ number, source: 'text' }));
}

/** Numbers that stand in `tel:` links. */
export function inTelLink(...numbers: string[]): ExpectedNumber[] {
  return numbers.map((number) => ({ number, source: 'tel' }));
}
