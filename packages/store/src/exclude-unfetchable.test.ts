import { beforeAll, describe, expect, inject, test } from 'vitest';
import {
  commitPageResult,
  createCampaign,
  excludeUnfetchable,
  finishCampaigns,
  readCampaignStatus,
  type Store,
} from './index.ts';
import { claimAnswered, createTestDatabase, offer, resultOf, settingsOf } from './testing/test-database.ts';

let scheduler: Store;
let sink: Store;
let operator: Store;

beforeAll(async () => {
  const database = await createTestDatabase(inject('postgresUrl'));
  scheduler = database.store('numfleet_scheduler');
  sink = database.store('numfleet_sink');
  operator = database.store('numfleet_console');
  return async () => await database[Symbol.asyncDispose]();
});

const start = new Date('2026-01-01T00:00:00Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1_000);

describe("a campaign's time", () => {
  test('I9: over, what is queued is excluded with the reason, what is under way ends, and the campaign finishes', async () => {
    const settings = settingsOf({ delayMs: 0, hostConcurrency: 1, maxSeconds: 60 });
    const unlimited = settingsOf({ delayMs: 0 });
    const make = (host: string, its: typeof settings) => {
      const seeds = ['/', '/a', '/b'].map((path) => offer(`http://${host}${path}`));
      return operator.transaction((tx) => createCampaign(tx, { settings: its, seeds, actor: 'test', now: start }));
    };
    const { id } = await make('hurried.test', settings);
    const other = await make('patient.test', unlimited);
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
    expect((await readCampaignStatus(operator, other.id, after(62))).pages).toMatchObject({ excluded: 0 });
  });
});
