import { describe, expect, test } from 'vitest';
import { commitPageResult, excludeUnfetchable, finishCampaigns, readCampaignStatus } from './index.ts';
import { claimAnswered, offer, resultOf } from './testing/test-database.ts';
import { openTestStores, startCampaign } from './testing/test-stores.ts';

const { scheduler, sink, console: operator } = await openTestStores();

const start = new Date('2026-01-01T00:00:00Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1_000);

describe("a campaign's time", () => {
  test('I9: over, what is queued is excluded with the reason, what is under way ends, and the campaign finishes', async () => {
    const make = (host: string, maxSeconds: number | null) => {
      const seeds = ['/', '/a', '/b'].map((path) => offer(`http://${host}${path}`));
      return startCampaign(operator, seeds, start, { delayMs: 0, maxSeconds });
    };
    const id = await make('hurried.test', 60);
    const other = await make('patient.test', null);
    const { pages } = await claimAnswered(scheduler, sink, { now: after(1) });
    const page = pages.find((one) => one.campaignId === id);
    if (!page) throw new Error('nothing was claimed');

    expect(await excludeUnfetchable(scheduler, { now: after(59) })).toMatchObject({ 'time-budget': 0 });
    expect(await excludeUnfetchable(scheduler, { now: after(60) })).toMatchObject({ 'time-budget': 2 });
    expect(await scheduler.transaction((tx) => finishCampaigns(tx, { now: after(60) }))).toEqual([]);

    // A link that comes late is admitted, and excluded by the next round: no page is left behind.
    const links = [offer('http://hurried.test/late', { via: 'link', depth: 1 })];
    const result = resultOf(page, after(61));
    await sink.transaction((tx) => commitPageResult(tx, { result, numbers: [], links }, { now: after(61) }));
    expect(await excludeUnfetchable(scheduler, { now: after(62) })).toMatchObject({ 'time-budget': 1 });
    expect(await scheduler.transaction((tx) => finishCampaigns(tx, { now: after(62) }))).toEqual([id]);
    const { pages: counts, discovered } = await readCampaignStatus(operator, id, after(62));
    expect({ ...counts, discovered }).toEqual({ queued: 0, leased: 0, done: 1, failed: 0, excluded: 3, discovered: 4 });
    expect((await readCampaignStatus(operator, other, after(62))).pages).toMatchObject({ excluded: 0 });
  });
});
