import type { CampaignSettings, PageResult } from '@numfleet/contracts';
import { describe, expect, test } from 'vitest';
import {
  type ClaimedPage,
  claimPages,
  commitPageResult,
  failStalledHosts,
  findPage,
  type HostNews,
  readCampaignStatus,
} from './index.ts';
import { answerRobots, offer, resultOf } from './testing/test-database.ts';
import { openTestStores, startCampaign } from './testing/test-stores.ts';

let clock = Date.parse('2026-11-23T10:00:00Z');
const now = () => new Date(clock);

const { scheduler, sink, console } = await openTestStores();

const claim = () => claimPages(scheduler, { now: now(), window: 1_000, leaseMs: 90_000 });

/** Pages of hosts whose robots.txt is read. */
async function campaign(hosts: string, pages: number, settings: Partial<CampaignSettings> = {}): Promise<string> {
  const seeds = hosts
    .split(' ')
    .flatMap((host) => Array.from({ length: pages }, (_, n) => offer(`http://${host}.test/${n}`)));
  const id = await startCampaign(console, seeds, now(), { delayMs: 0, ...settings });
  for (const robots of (await claim()).robots) await answerRobots(sink, robots, now());
  return id;
}

async function commit(page: ClaimedPage | undefined, said: Partial<PageResult> = {}): Promise<HostNews[]> {
  if (!page) throw new Error('no page was claimed');
  const news: HostNews[] = [];
  const options = { now: now(), onHost: (one: HostNews) => void news.push(one) };
  const one = { result: resultOf(page, now(), said), numbers: [], links: [] };
  await sink.transaction((tx) => commitPageResult(tx, one, options));
  return news;
}

const throttled = (seconds: number): Partial<PageResult> => ({
  ...{ outcome: 'throttled', code: 'throttled', retryAfterMs: seconds * 1_000 },
});

describe('G15: a host that asks for fewer requests', () => {
  test('gets none before its time, then one, then as many as before; others get theirs', async () => {
    await campaign('tired fresh', 20, { hostConcurrency: 4 });
    const { pages } = await claim();
    const isFresh = ({ origin }: ClaimedPage) => origin.includes('fresh');
    const [first, second, ...rest] = pages.filter((page) => !isFresh(page));
    expect([pages.length, rest.length]).toEqual([8, 2]);

    expect(await commit(first, throttled(60))).toMatchObject([
      { breaker: { from: 'closed', to: 'open', reason: 'throttled' }, refused: ['throttled'], whileOpen: 0 },
    ]);
    clock += 5_000;
    // Those that were under way could not be called back: no defect, and no sign of recovery.
    expect(await commit(second)).toEqual([]);
    for (const page of rest) expect(await commit(page)).toEqual([]);
    for (const page of pages.filter(isFresh)) await commit(page);
    clock += 54_999;
    const others = (await claim()).pages;
    expect(others.filter(isFresh)).toHaveLength(4);
    expect(others).toHaveLength(4);

    clock += 1;
    const probe = await claim();
    expect(probe.pages).toHaveLength(1);
    clock += 10_000;
    expect((await claim()).pages).toEqual([]);
    expect(await commit(probe.pages[0])).toMatchObject([{ breaker: { from: 'half-open', to: 'closed' } }]);
    const after = await claim();
    expect(after.pages).toHaveLength(4);
    for (const page of after.pages) await commit(page);
  });

  test('costs the page that is put off no attempt, however often', async () => {
    const id = await campaign('patient', 1);
    for (let put = 0; put < 20; put += 1) {
      const { pages } = await claim();
      await commit(pages[0], throttled(1));
      clock += 700_000;
    }
    const page = await findPage(console, { host: 'patient.test', pageKey: offer('http://patient.test/0').pageKey });
    expect(page).toMatchObject({ campaignId: id, state: 'queued', attempts: 0 });
    const { pages } = await claim();
    await commit(pages[0]);
    expect((await readCampaignStatus(console, id, now())).pages).toMatchObject({ done: 1 });
  });

  test('for longer than is waited is ended for the campaign; one that comes later waits anew', async () => {
    const id = await campaign('stalled', 30);
    const stalled = () => failStalledHosts(scheduler, { now: now() });
    await commit((await claim()).pages[0], throttled(3_600));
    expect(await stalled()).toBe(0);
    clock += 3_600_000;
    await commit((await claim()).pages[0], throttled(24 * 3_600));
    clock += 60_000;
    const second = await campaign('stalled', 2);
    expect(await stalled()).toBe(32);
    expect((await readCampaignStatus(console, id, now())).pages).toMatchObject({ failed: 30, queued: 0, leased: 0 });
    expect((await readCampaignStatus(console, second, now())).pages).toMatchObject({ failed: 2 });
  });
});

test('the delay is the longest of what is configured, what robots.txt says and twice the latency', async () => {
  await campaign('slow', 9, { delayMs: 1_000 });
  await campaign('own', 9, { delayMs: 0 });
  clock += 60_000;
  const { pages } = await claim();
  for (const page of pages) {
    expect(page.delayMs).toBe(page.origin.includes('slow') ? 1_000 : 0);
    await commit(page, { latencyMs: 4_000 });
  }
  clock += 7_999;
  const early = await claim();
  expect(early.pages.map(({ origin }) => origin)).toEqual(['http://own.test']);
  for (const page of early.pages) await commit(page);
  clock += 1;
  const late = await claim();
  expect(late.pages.find(({ origin }) => origin.includes('slow'))).toMatchObject({ delayMs: 8_000 });
  for (const page of late.pages) await commit(page);
});
