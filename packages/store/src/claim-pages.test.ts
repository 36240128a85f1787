import type { CampaignSettings } from '@numfleet/contracts';
import { describe, expect, test } from 'vitest';
import {
  type ClaimedPage,
  type ClaimedRobots,
  claimPages,
  enqueuePages,
  excludePages,
  type OfferedPage,
  readFrontierFigures,
  type Store,
  setCampaignState,
} from './index.ts';
import { answerRobots, claimAnswered, offer } from './testing/test-database.ts';
import { endPage, openTestStores, startCampaign } from './testing/test-stores.ts';

/** One clock for the file, that only goes forward; every test has hosts of its own. */
let clock = Date.parse('2026-11-23T10:00:00Z');
const now = () => new Date(clock);

const { scheduler, sink, console } = await openTestStores();

const campaign = (seeds: OfferedPage[], settings: Partial<CampaignSettings> = {}) =>
  startCampaign(console, seeds, now(), settings);

const claim = (options: { window?: number; by?: Store } = {}) =>
  claimPages(options.by ?? scheduler, { now: now(), window: options.window ?? 1_000, leaseMs: 90_000 });

const commit = (page: ClaimedPage) => endPage(sink, page, now());

const urls = (pages: readonly ClaimedPage[]) => pages.map(({ url }) => ('p' in url ? url.p : ''));

async function drain(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await console.transaction((tx) =>
      setCampaignState(tx, { campaignId: id, verb: 'cancel', actor: 'test', now: now() }),
    );
  }
}

describe('I7: one host', () => {
  test('is asked for its robots.txt first, and its page waits for the answer and the delay', async () => {
    const id = await campaign([offer('http://first.test/')], { delayMs: 1_000 });
    const first = await claim();
    expect(first).toMatchObject({ pages: [], robots: [{ origin: 'http://first.test', url: null, delayMs: 1_000 }] });
    expect(await claim()).toMatchObject({ pages: [], robots: [], leased: 1 });
    await answerRobots(sink, first.robots[0] as ClaimedRobots, now());
    clock += 999;
    expect((await claim()).pages).toEqual([]);
    clock += 1;
    const { pages } = await claim();
    expect(urls(pages)).toEqual(['http://first.test/']);
    expect(pages[0]).toMatchObject({ campaignId: id, depth: 0, render: 'auto', region: null, delayMs: 1_000 });
    await commit(pages[0] as ClaimedPage);
  });

  test('obeys the crawl-delay of its robots.txt where that is longer', async () => {
    await campaign([offer('http://slow.test/')], { delayMs: 0, hostConcurrency: 8 });
    const { robots } = await claim();
    const rules = [{ allow: false, pattern: '/x' }];
    const said = { outcome: 'fetched' as const, rules, crawlDelayMs: 5_000 };
    await answerRobots(sink, robots[0] as ClaimedRobots, now(), said);
    clock += 4_999;
    expect((await claim()).pages).toEqual([]);
    clock += 1;
    const next = await claim();
    const { pages } = next;
    expect(pages).toHaveLength(1);
    expect(next.rules.get(pages[0]?.originId ?? '')).toEqual(rules);
    await commit(pages[0] as ClaimedPage);
  });

  test('with a delay has one slot, held until the commit; without, as many as the owner says', async () => {
    const seeds = (host: string) => Array.from({ length: 5 }, (_, n) => offer(`http://${host}.test/${n}`));
    const polite = await campaign(seeds('polite'), { delayMs: 10 });
    const own = await campaign(seeds('own'), { delayMs: 0, hostConcurrency: 3 });
    for (const robots of (await claim()).robots) await answerRobots(sink, robots, now());
    clock += 10;
    const { pages } = await claim();
    clock += 1_000_000;
    const of = (id: string) => pages.filter(({ campaignId }) => campaignId === id);
    expect([of(polite).length, of(own).length]).toEqual([1, 3]);
    expect((await claim()).pages).toEqual([]);
    await commit(of(own)[0] as ClaimedPage);
    await commit(of(polite)[0] as ClaimedPage);
    clock += 10;
    expect((await claim()).pages.map(({ campaignId }) => campaignId).sort()).toEqual([polite, own].sort());
    await drain([polite, own]);
  });

  test('serves campaigns in turn, each breadth first', async () => {
    const seeds = (name: string) => [
      offer(`http://turns.test/${name}-deep`, { depth: 2 }),
      offer(`http://turns.test/${name}-shallow`, { depth: 1 }),
    ];
    const ids = [await campaign(seeds('a'), { delayMs: 10 }), await campaign(seeds('b'), { delayMs: 10 })];
    for (const robots of (await claim()).robots) await answerRobots(sink, robots, now());
    const order: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      clock += 10;
      const { pages } = await claim();
      order.push(...pages.map(({ campaignId, depth }) => `${ids.indexOf(campaignId)} at ${depth}`));
      for (const page of pages) await commit(page);
    }
    expect(order).toEqual(['0 at 1', '1 at 1', '0 at 2', '1 at 2']);
  });

  test('is not woken while its campaign is paused, and is when that resumes', async () => {
    const id = await campaign([offer('http://paused.test/')], { delayMs: 0 });
    const change = (verb: 'pause' | 'resume') =>
      console.transaction((tx) => setCampaignState(tx, { campaignId: id, verb, actor: 'test', now: now() }));
    await change('pause');
    expect(await claimAnswered(scheduler, sink, { now: now() })).toMatchObject({ pages: [], robots: [] });
    await change('resume');
    const { pages } = await claimAnswered(scheduler, sink, { now: now() });
    expect(urls(pages)).toEqual(['http://paused.test/']);
    await commit(pages[0] as ClaimedPage);
  });

  test('gives its slot to the next page when a claimed one is excluded, without a request', async () => {
    await campaign([offer('http://rules.test/no'), offer('http://rules.test/yes')], { delayMs: 10_000 });
    for (const robots of (await claim()).robots) await answerRobots(sink, robots, now());
    clock += 10_000;
    const { pages } = await claim();
    expect(urls(pages)).toEqual(['http://rules.test/no']);
    expect(await excludePages(scheduler, pages, { code: 'robots-disallowed', now: now() })).toBe(1);
    expect(await excludePages(scheduler, pages, { code: 'robots-disallowed', now: now() })).toBe(0);
    const next = await claim();
    expect(urls(next.pages)).toEqual(['http://rules.test/yes']);
    await commit(next.pages[0] as ClaimedPage);
  });

  test('asks for a robots.txt anew after 24 hours', async () => {
    const id = await campaign([offer('http://day.test/')], { delayMs: 0 });
    const { pages } = await claimAnswered(scheduler, sink, { now: now() });
    await commit(pages[0] as ClaimedPage);
    clock += 24 * 3_600_000;
    const enqueue = { campaignId: id, pages: [offer('http://day.test/2')], actor: 'test', now: now() };
    await console.transaction((tx) => enqueuePages(tx, enqueue));
    expect(await claim()).toMatchObject({ pages: [], robots: [{ origin: 'http://day.test' }] });
    await drain([id]);
  });
});

test('I8: two schedulers at once never lease more than the window', async () => {
  const id = await campaign(
    Array.from({ length: 60 }, (_, n) => offer(`http://window-${n}.test/`)),
    { delayMs: 0 },
  );
  const other = scheduler;
  const before = await readFrontierFigures(scheduler, { now: now() });
  const window = before.leasedPages + before.leasedRobots + 20;
  const claims = await Promise.all([scheduler, other, scheduler, other].map((by) => claim({ window, by })));
  expect(claims.reduce((sum, one) => sum + one.robots.length + one.pages.length, 0)).toBe(20);
  expect(Math.max(...claims.map((one) => one.leased))).toBe(window);
  for (const robots of claims.flatMap((one) => one.robots)) await answerRobots(sink, robots, now());
  const { pages } = await claim({ window });
  expect(pages.length).toBe(20);
  const tokens = new Set(pages.map((page) => page.leaseToken));
  expect(tokens.size).toBe(20);
  const figures = await readFrontierFigures(scheduler, { now: now() });
  expect(figures).toMatchObject({ leasedPages: before.leasedPages + 20, claimable: 40 });
  await drain([id]);
  for (const page of pages) await commit(page);
});
