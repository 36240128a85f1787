import type { CampaignLimits, CampaignSettings } from '@numfleet/contracts';
import { expect, test } from 'vitest';
import { auditCounts, changeLimits, claimPages, readCampaignStatus, setCampaignState } from './index.ts';
import { answerRobots, offer } from './testing/test-database.ts';
import { endPage, openTestStores, startCampaign } from './testing/test-stores.ts';

let clock = Date.parse('2026-11-23T10:00:00Z');
const now = () => new Date(clock);

const { owner, scheduler, sink, console } = await openTestStores();

const claim = () => claimPages(scheduler, { now: now(), window: 1_000, leaseMs: 90_000 });

async function campaign(host: string, pages: number, settings: Partial<CampaignSettings>): Promise<string> {
  const seeds = Array.from({ length: pages }, (_, n) => offer(`http://${host}.test/${n}`));
  const id = await startCampaign(console, seeds, now(), settings);
  for (const robots of (await claim()).robots) await answerRobots(sink, robots, now());
  return id;
}

const change = (campaignId: string, limits: CampaignLimits) =>
  console.transaction((tx) => changeLimits(tx, { campaignId, limits, actor: 'test', now: now() }));

test('a shorter delay and more slots count from the next page on', async () => {
  const id = await campaign('own', 9, { delayMs: 60_000 });
  clock += 60_000;
  await endPage(sink, (await claim()).pages[0], now());
  clock += 10;
  expect((await claim()).pages).toEqual([]);
  await change(id, { delayMs: 0, hostConcurrency: 3 });
  expect((await claim()).pages).toHaveLength(3);
});

test('I9: a larger budget queues what the smaller one excluded, to the page; a smaller one takes nothing back', async () => {
  const id = await campaign('large', 10, { maxPages: 4 });
  const pages = async () => (await readCampaignStatus(console, id, now())).pages;
  expect(await pages()).toMatchObject({ queued: 4, excluded: 6 });
  await change(id, { maxPages: 7 });
  expect(await pages()).toMatchObject({ queued: 7, excluded: 3 });
  await change(id, { maxPages: 2 });
  expect(await pages()).toMatchObject({ queued: 7, excluded: 3 });
  expect((await auditCounts(owner, id)).exact).toBe(true);
});

test('of a campaign that has ended they stay', async () => {
  const id = await campaign('ended', 1, {});
  await console.transaction((tx) =>
    setCampaignState(tx, { campaignId: id, verb: 'cancel', actor: 'test', now: now() }),
  );
  await expect(change(id, { depth: 9 })).rejects.toMatchObject({ code: 'campaign-state' });
});
