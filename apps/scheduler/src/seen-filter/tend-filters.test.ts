import { randomBytes } from 'node:crypto';
import { type FleetEvent, filterPartId, openFilter, pageKeyBytes, queueNames } from '@numfleet/contracts';
import { createTestDatabase as createQueueDatabase } from '@numfleet/embedded/testing';
import { migrateQueue, openQueue } from '@numfleet/queue';
import { type BuiltFilter, createCampaign, readFilters, type Store } from '@numfleet/store';
import { createTestDatabase, offer, settingsOf, type TestDatabase } from '@numfleet/store/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { FilterQueue } from './build-filter.ts';
import { createChooseFilter } from './choose-filter.ts';
import { createTendFilters } from './tend-filters.ts';

const start = Date.parse('2026-11-23T10:00:00Z');
const pages = Array.from({ length: 300 }, (_, n) => offer(`http://filtered.test/${n}`));
const events: FleetEvent[] = [];
let database: TestDatabase;
let scheduler: Store;
let queue: FilterQueue;
let campaignId: string;
let at = start;
let tend: (now: Date) => Promise<void>;

beforeAll(async () => {
  const url = await createQueueDatabase(inject('postgresUrl'));
  await migrateQueue({ connectionString: url });
  database = await createTestDatabase(inject('postgresUrl'));
  scheduler = database.store('numfleet_scheduler');
  queue = openQueue({
    ...{ queue: queueNames.filters, connection: { kind: 'postgres', url }, emit: () => {}, applicationName: 'test' },
  });
  tend = createTendFilters({ store: scheduler, queue, emit: (event) => events.push(event), leastPages: 300 });
  const created = await database.store('numfleet_console').transaction((tx) =>
    createCampaign(tx, {
      ...{ settings: settingsOf({ delayMs: 0 }), seeds: pages, actor: 'test', now: new Date(start) },
    }),
  );
  campaignId = created.id;
});
afterAll(async () => {
  await queue[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** A window of answers of a filter, and a round; gives the filters by state. */
async function answer(generation: number, wrong: number): Promise<Record<number, BuiltFilter['state']>> {
  await database
    .store('numfleet_sink')
    .query('insert into seen_filter_answers values ($1, $2, 1000, 900, $3)', [campaignId, generation, wrong]);
  return await round();
}

async function round() {
  // Too far apart for the slope to tell.
  at += 400_000;
  await tend(new Date(at));
  return Object.fromEntries((await readFilters(scheduler)).map(({ generation, state }) => [generation, state]));
}

const partOf = (generation: number) => queue.read(filterPartId({ campaignId, generation, part: 0 }));

describe('G42: the filter of a campaign', () => {
  test('is built from Postgres, tried on a share, and given to all', async () => {
    expect(await round()).toEqual({ 1: 'trial' });
    const part = await partOf(1);
    const filter = openFilter(Buffer.from(part?.bits ?? '', 'base64'), part?.hashes ?? 0);
    expect(pages.every(({ pageKey }) => filter.has(pageKey))).toBe(true);
    expect(filter.has(randomBytes(pageKeyBytes))).toBe(false);
    expect(await answer(1, 0)).toEqual({ 1: 'trial' });
    expect(await answer(1, 1)).toEqual({ 1: 'live' });
    expect(await answer(1, 0)).toEqual({ 1: 'live' });
  });

  test('is bypassed when it is wrong twice in a row, and built anew; the old one is dropped when the new one is proven', async () => {
    expect(await answer(1, 500)).toEqual({ 1: 'live' });
    expect(await answer(1, 500)).toEqual({ 1: 'bypassed', 2: 'trial' });
    expect(events.filter(({ type }) => type === 'filter.alarmed')).toEqual([
      { type: 'filter.alarmed', campaignId, generation: 1, rule: 'deviation', rate: 0.5, usual: expect.any(Number) },
    ]);
    await answer(2, 0);
    expect(await answer(2, 0)).toEqual({ 2: 'live' });
    expect(await partOf(1)).toBeNull();
  });

  test('that fails its trial never reaches the others', async () => {
    await scheduler.query('update seen_filters set keys = 100 where generation = 2');
    expect(await round()).toEqual({ 2: 'live', 3: 'trial' });
    await answer(3, 700);
    expect(await answer(3, 700)).toEqual({ 2: 'live', 4: 'trial' });
  });

  test('I1: is dropped and built anew where the queue was emptied', async () => {
    await queue.remove([filterPartId({ campaignId, generation: 2, part: 0 })]);
    await queue.remove([filterPartId({ campaignId, generation: 4, part: 0 })]);
    expect(await round()).toEqual({ 5: 'trial' });
  });

  test('goes with the end of its campaign', async () => {
    await scheduler.query("update campaigns set state = 'finished', finished_at = now()");
    expect(await round()).toEqual({});
    expect(await partOf(5)).toBeNull();
  });
});

test('G42: a filter on trial is for a tenth of the pages, and none for a page whose links are wanted in full', () => {
  const choose = createChooseFilter();
  const filter = { campaignId: '1', keys: 1, bytes: 64, hashes: 1, builtAt: new Date(), goodWindows: 0, strikes: 0 };
  const chosen = (id: number, linksInFull = false) => choose.of({ id: String(id), campaignId: '1', linksInFull });
  const ids = Array.from({ length: 1_000 }, (_, n) => n + 1);
  choose.update([
    { ...filter, generation: 1, state: 'bypassed' },
    { ...filter, generation: 2, state: 'trial' },
  ]);
  expect(ids.filter((id) => chosen(id) === 2)).toHaveLength(100);
  expect(ids.filter((id) => chosen(id) === 1)).toHaveLength(0);
  choose.update([{ ...filter, generation: 1, state: 'live' }]);
  expect(ids.every((id) => chosen(id) === 1)).toBe(true);
  expect(ids.some((id) => chosen(id, true) !== undefined)).toBe(false);
});
