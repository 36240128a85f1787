import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CrawlResult, queueNames, type SitemapJob, type SitemapResult, untraced } from '@numfleet/contracts';
import { createDoor } from '@numfleet/egress';
import { parseEgressHosts } from '@numfleet/egress/rules';
import { createUrlCodec } from '@numfleet/privacy';
import { consumeQueue, openQueue } from '@numfleet/queue';
import { hasRedis, startTestRedis } from '@numfleet/queue/testing';
import { sleep } from '@numfleet/service';
import { describe, expect, test } from 'vitest';
import { createCrawlSitemap } from './crawl-sitemap.ts';
import { createHandOnSitemap } from './hand-on-sitemap.ts';
import { createHoldings } from './holdings.ts';
import { createStages } from './stages.ts';

const urls = createUrlCodec({ key: randomBytes(32) });

function jobFor(url: string): SitemapJob {
  const common = { v: 1, kind: 'sitemap', leaseToken: randomUUID(), deadlineMs: 10_000, delayMs: 0 } as const;
  return { ...common, url: urls.toWire(url), pageId: '7', campaignId: '1', hostContext: { robots: [] } };
}

/** A crawler's side of a sitemap, on a real queue; `body` is what the site serves. */
async function setUp(body: string, patienceMs = 10_000) {
  await using stack = new AsyncDisposableStack();
  const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1');
  stack.defer(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const emit = () => {};
  const hosts = parseEgressHosts(`shop.test=127.0.0.1:${port}`);
  const door = stack.use(createDoor({ hosts, contact: null, userAgent: 'Numfleet/test', emit }));
  const connection = { kind: 'redis', url: stack.use(await startTestRedis()).url } as const;
  const results = stack.use(openQueue({ queue: queueNames.results, connection, emit, applicationName: 'crawler-1' }));
  const stages = createStages({ emit, tracer: untraced });
  const crawlSitemap = createCrawlSitemap({ door, urls, holdings: createHoldings(emit), stages, worker: 'w', emit });
  const handOn = createHandOnSitemap({ results, stages, tracer: untraced, patienceMs });
  const take = (handle: (part: SitemapResult) => Promise<void>) =>
    consumeQueue({
      ...{ queue: queueNames.results, connection, workerName: 'sink', concurrency: 100, emit },
      handle: async (result: CrawlResult) => {
        if (result.kind === 'sitemap') await handle(result);
        return { ending: 'done' };
      },
    });
  const held = stack.move();
  return { crawlSitemap, handOn, take, results, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

describe.runIf(hasRedis)('a sitemap is handed on', () => {
  test('I8: with all of its 50,000 URLs, in parts that fit, of which never more than one is in the queue', async () => {
    const listed = Array.from({ length: 50_000 }, (_, n) => `http://shop.test/${n}/${randomBytes(20).toString('hex')}`);
    await using parts = await setUp(listed.join('\n'));
    const taken: SitemapResult[] = [];
    let most = 0;
    await using _sink = await parts.take(async (part) => {
      taken.push(part);
      const { waiting, active } = await parts.results.depth();
      most = Math.max(most, waiting + active);
      await sleep(2);
    });
    const job = jobFor('http://shop.test/sitemap.xml');
    await parts.handOn(await parts.crawlSitemap(job, new AbortController().signal));
    await expect.poll(() => taken.at(-1)?.isLast).toBe(true);

    expect(taken.map(({ part }) => part)).toEqual(taken.map((_, index) => index));
    expect(taken.flatMap(({ pages }) => pages.map(urls.fromWire))).toEqual(listed);
    expect(taken.slice(0, -1).some(({ isLast }) => isLast)).toBe(false);
    expect(taken.length).toBeGreaterThanOrEqual(25);
    expect(most).toBe(1);
    expect(new Set(taken.map(({ leaseToken }) => leaseToken))).toEqual(new Set([job.leaseToken]));
  });

  test('I3: with URLs that may hold a number encrypted', async () => {
    await using parts = await setUp('http://shop.test/call/02079460958');
    const { partOf } = await parts.crawlSitemap(jobFor('http://shop.test/s.txt'), new AbortController().signal);
    const { result } = partOf(0, 0, 10);
    expect(JSON.stringify(result)).not.toContain('2079460958');
    expect(result).toMatchObject({ isLast: true, part: 0, pages: [{ c: expect.any(String) }] });
  });

  test('no further than a part that nobody commits: the lease is left to run out', async () => {
    await using parts = await setUp(Array.from({ length: 5_000 }, (_, n) => `http://shop.test/${n}`).join('\n'), 500);
    const sitemap = await parts.crawlSitemap(jobFor('http://shop.test/s.txt'), new AbortController().signal);
    await expect(parts.handOn(sitemap)).rejects.toMatchObject({ code: 'queue-unavailable' });
    expect((await parts.results.depth()).waiting).toBe(1);
  });

  test('as one result with its code, where there is none or its job was cut short', async () => {
    await using parts = await setUp('<html>Not found');
    const job = jobFor('http://shop.test/s.xml');
    const none = await parts.crawlSitemap(job, new AbortController().signal);
    expect(none.partOf(0, 0, 10)).toMatchObject({
      taken: 0,
      result: { isLast: true, outcome: 'excluded', code: 'no-sitemap', pages: [], sitemaps: [] },
    });
    await expect(parts.crawlSitemap(job, AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping');
  });
});
