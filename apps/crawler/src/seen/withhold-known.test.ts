import { createHash, randomUUID } from 'node:crypto';
import { type PageJob, type PageResult, pageKeyBytes } from '@numfleet/contracts';
import { createUrlCodec } from '@numfleet/privacy';
import { describe, expect, test } from 'vitest';
import { createRecentKeys } from './recent-keys.ts';
import { createWithholdKnown } from './withhold-known.ts';

const urls = createUrlCodec({ key: Buffer.alloc(32, 1) });
const keyOf = (url: string) => createHash('sha256').update(url).digest().subarray(0, pageKeyBytes);

function crawlerThatKnows(...known: string[]) {
  const has = (key: Uint8Array) => known.some((url) => keyOf(url).equals(key));
  const filters = { of: (_: string, generation: number | undefined) => (generation === 7 ? { has } : null) };
  const withhold = createWithholdKnown({ urls, pageKeyOf: keyOf, filters, recent: createRecentKeys() });
  return (url: string, links: readonly string[], filter?: number, more: Partial<PageResult> = {}) => {
    const found = links.map((link) => ({ url: urls.toWire(link), via: 'link' as const }));
    const result = withhold(jobOf(url, filter), { ...resultOf(), links: found, ...more });
    return { links: result.links.map((link) => urls.fromWire(link.url)), seen: result.seen };
  };
}

const lease = { v: 1, kind: 'page', leaseToken: randomUUID(), pageId: '1', campaignId: '1' } as const;

function jobOf(url: string, seen: number | undefined): PageJob {
  return {
    ...{ ...lease, url: urls.toWire(url), deadlineMs: 1_000, delayMs: 0, depth: 0, render: 'never', region: null },
    hostContext: { robots: null, ...(seen && { seen }) },
  };
}

function resultOf(): PageResult {
  return {
    ...{ ...lease, worker: 'test', requestedAt: 0, finishedAt: 0, retryAfterMs: null, outcome: 'done', code: null },
    ...{
      http: { status: 200, bytes: 1, rendered: false },
      cuts: [],
      links: [],
      sealed: null,
      findings: 0,
      rejected: {},
    },
  };
}

describe('G42: links that a campaign knows', () => {
  const [home, about, call] = ['http://a.test/', 'http://a.test/about', 'http://a.test/tel/02079460958'];

  test('are sent by their keys where the filter calls them known, those of other hosts in full', () => {
    const crawl = crawlerThatKnows(about, call, 'http://b.test/');
    const sent = crawl(home, [about, 'http://a.test/new', call, 'http://b.test/'], 7);
    expect(sent.links).toEqual(['http://a.test/new', 'http://b.test/']);
    const keys = Buffer.concat([keyOf(about), keyOf(call)]).toString('base64');
    expect(sent.seen).toEqual({ generation: 7, asked: 3, keys });
  });

  test('are sent in full where no filter is named, or it is not there yet', () => {
    const crawl = crawlerThatKnows(about);
    expect(crawl(home, [about])).toEqual({ links: [about], seen: undefined });
    expect(crawl(home, [about], 8)).toEqual({ links: [about], seen: undefined });
  });

  test('are left out where this worker was given their pages, for the same campaign', () => {
    const crawl = crawlerThatKnows();
    crawl(about, []);
    expect(crawl(home, [about, home, 'http://a.test/new']).links).toEqual(['http://a.test/new']);
  });

  test('of a page that is not done, and redirects, are left as they are', () => {
    const crawl = crawlerThatKnows(about);
    expect(crawl(home, [about], 7, { outcome: 'failed' }).links).toEqual([about]);
    const links = [{ url: urls.toWire(about), via: 'redirect' as const }];
    expect(crawl(home, [], 7, { links }).links).toEqual([about]);
  });
});

test('I8: of the pages that a worker was given it remembers the last 20,000', () => {
  const recent = createRecentKeys();
  const key = (n: number) => keyOf(`page ${n}`);
  for (let n = 0; n < 20_000; n += 1) recent.add('1', key(n));
  expect(recent.has('1', key(0))).toBe(true);
  expect(recent.has('2', key(0))).toBe(false);
  for (let n = 20_000; n < 20_002; n += 1) recent.add('1', key(n));
  expect([0, 1, 2, 3].map((n) => recent.has('1', key(n)))).toEqual([true, false, false, true]);
});
