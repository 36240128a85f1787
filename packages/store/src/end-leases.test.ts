import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import {
  type ClaimedPage,
  claimPages,
  createCampaign,
  enqueuePages,
  excludeUnfetchable,
  expiredLeases,
  extendLeases,
  findPage,
  type Lease,
  readCampaignStatus,
  recordLostLeases,
  redispatchLeases,
  releaseLeases,
  type Store,
} from './index.ts';
import {
  answerRobots,
  claimAnswered,
  createTestDatabase,
  offer,
  settingsOf,
  type TestDatabase,
} from './testing/test-database.ts';

const start = new Date('2026-11-23T10:00:00Z');
const at = (ms: number) => new Date(start.getTime() + ms);
const url = 'http://lease.test/';

let database: TestDatabase;
let scheduler: Store;
let sink: Store;
let console: Store;
let campaignId: string;
let page: ClaimedPage;

beforeEach(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
  scheduler = database.store('numfleet_scheduler');
  sink = database.store('numfleet_sink');
  console = database.store('numfleet_console');
  const create = { settings: settingsOf({ delayMs: 1_000 }), seeds: [offer(url)], actor: 'test', now: start };
  ({ id: campaignId } = await console.transaction((tx) => createCampaign(tx, create)));
  const [robots] = (await claim(start)).robots;
  if (robots) await answerRobots(sink, robots, start);
  const [claimed] = (await claim(at(1_000))).pages;
  if (!claimed) throw new Error('nothing was claimed');
  page = claimed;
});

afterEach(() => database[Symbol.asyncDispose]());

const claim = (now: Date) => claimPages(scheduler, { now, window: 100, leaseMs: 60_000 });
const leaseOf = ({ id, leaseToken }: ClaimedPage): Lease => ({ kind: 'page', id, leaseToken });
const found = () => findPage(console, { host: 'lease.test', pageKey: offer(url).pageKey });

test('a lease runs out when its time is over, and can be extended', async () => {
  expect(await expiredLeases(scheduler, { now: at(61_000), limit: 10 })).toEqual([]);
  expect(await expiredLeases(scheduler, { now: at(61_001), limit: 10 })).toEqual([leaseOf(page)]);
  expect(await extendLeases(scheduler, [leaseOf(page)], at(100_000))).toBe(1);
  expect(await expiredLeases(scheduler, { now: at(61_001), limit: 10 })).toEqual([]);
  expect(await extendLeases(scheduler, [{ ...leaseOf(page), leaseToken: randomUUID() }], at(200_000))).toBe(0);
});

describe('I7: the clock of the host', () => {
  test('starts anew when a worker was lost, or its job is gone: it may have asked until then', async () => {
    for (const [end, endedAt] of [
      [redispatchLeases, 200_000],
      [recordLostLeases, 300_000],
    ] as const) {
      const leases = await currentLease();
      await scheduler.transaction((tx) => end(tx, leases, { now: at(endedAt) }));
      const other = { ...offer('http://lease.test/other'), depth: 9 };
      await console.transaction((tx) =>
        enqueuePages(tx, { campaignId, pages: [other], actor: 'test', now: at(endedAt) }),
      );
      expect((await claim(at(endedAt + 999))).pages).toEqual([]);
      expect((await claim(at(endedAt + 1_000))).pages).toHaveLength(1);
    }
  });

  test('goes on when the job never reached the queue', async () => {
    await scheduler.transaction((tx) => releaseLeases(tx, [leaseOf(page)], { now: at(1_500) }));
    expect((await claim(at(1_500))).pages).toMatchObject([{ id: page.id }]);
  });
});

test('a page that loses three workers is quarantined as poison; one that is dispatched again is not', async () => {
  let now = 1_000;
  const ended: unknown[] = [];
  for (const end of [recordLostLeases, redispatchLeases, redispatchLeases, recordLostLeases, recordLostLeases]) {
    now += 300_000;
    const leases = await currentLease();
    ended.push(await scheduler.transaction((tx) => end(tx, leases, { now: at(now) })));
    now += 60_000;
    await claim(at(now));
  }
  const requeued = { requeued: 1, poisoned: 0, stale: 0 };
  expect(ended).toEqual([requeued, requeued, requeued, requeued, { requeued: 0, poisoned: 1, stale: 0 }]);
  expect(await found()).toMatchObject({ state: 'failed', code: 'poison', attempts: 3 });
});

test('I2: a lease that ended is not ended again', async () => {
  const lease = leaseOf(page);
  await scheduler.transaction((tx) => recordLostLeases(tx, [lease], { now: at(2_000) }));
  const before = await found();
  for (const end of [recordLostLeases, redispatchLeases, releaseLeases]) {
    const ended = await scheduler.transaction((tx) => end(tx, [lease], { now: at(9_000) }));
    expect(ended).toEqual({ requeued: 0, poisoned: 0, stale: 1 });
  }
  expect(await found()).toEqual(before);
});

describe('an origin of which robots.txt stays unreachable', () => {
  test('is asked again and again, and then its pages are excluded; an hour later it is asked anew', async () => {
    const seeds = [offer('http://down.test/a'), offer('http://down.test/b')];
    const create = { settings: settingsOf({ delayMs: 0 }), seeds, actor: 'test', now: start };
    const { id } = await console.transaction((tx) => createCampaign(tx, create));
    const asked: number[] = [];
    for (let now = 2_000; now < 100_000; now += 1_000) {
      const { robots } = await claim(at(now));
      for (const one of robots) {
        asked.push(now);
        await answerRobots(sink, one, at(now), { outcome: 'unreachable', code: 'connect-failed', status: null });
      }
    }
    expect(asked).toEqual([2_000, 7_000, 27_000]);
    expect((await readCampaignStatus(console, id, at(0))).pages.queued).toBe(2);
    expect(await excludeUnfetchable(scheduler, { now: at(100_000), limit: 1 })).toMatchObject({
      'robots-unreachable': 1,
    });
    expect(await excludeUnfetchable(scheduler, { now: at(100_000) })).toMatchObject({ 'robots-unreachable': 1 });
    expect((await readCampaignStatus(console, id, at(0))).pages).toMatchObject({ queued: 0, excluded: 2 });
    const again = { ...create, seeds: [offer('http://down.test/c')], now: at(27_000 + 3_600_000) };
    await console.transaction((tx) => createCampaign(tx, again));
    expect((await claim(again.now)).robots).toMatchObject([{ origin: 'http://down.test' }]);
  });

  test('because it kills workers counts as unreachable after three', async () => {
    const create = {
      settings: settingsOf({ delayMs: 0 }),
      seeds: [offer('http://kills.test/')],
      actor: 'test',
      now: start,
    };
    const { id } = await console.transaction((tx) => createCampaign(tx, create));
    for (const now of [300_000, 600_000, 900_000]) {
      const leases = (await claim(at(now))).robots.map(
        ({ originId, leaseToken }): Lease => ({ kind: 'robots', id: originId, leaseToken }),
      );
      expect(leases).toHaveLength(1);
      await scheduler.transaction((tx) => recordLostLeases(tx, leases, { now: at(now) }));
    }
    await excludeUnfetchable(scheduler, { now: at(900_000) });
    expect((await readCampaignStatus(console, id, at(0))).pages.excluded).toBe(1);
  });
});

test('a robots.txt that redirects to another host is fetched there, five times at most', async () => {
  const create = {
    settings: settingsOf({ delayMs: 0 }),
    seeds: [offer('http://hop.test/')],
    actor: 'test',
    now: start,
  };
  await console.transaction((tx) => createCampaign(tx, create));
  const asked: unknown[] = [];
  for (let n = 1; n <= 6; n += 1) {
    for (const robots of (await claim(at(2_000))).robots) {
      asked.push(robots.url);
      const target = { redirect: { p: `http://hop-${n}.test/robots.txt` }, redirectHost: `hop-${n}.test` };
      await answerRobots(sink, robots, at(2_000), { outcome: 'redirected', status: 301, ...target });
    }
  }
  expect(asked).toEqual([null, ...[1, 2, 3, 4, 5].map((n) => ({ p: `http://hop-${n}.test/robots.txt` }))]);
  expect((await claimAnswered(scheduler, sink, { now: at(2_000) })).pages.map(({ origin }) => origin)).toEqual([
    'http://hop.test',
  ]);
});

async function currentLease(): Promise<Lease[]> {
  return await expiredLeases(scheduler, { now: at(1e9), limit: 10 });
}
