import { type FleetEvent, queueNames } from '@numfleet/contracts';
import { createTestDatabase as createQueueDatabase } from '@numfleet/embedded/testing';
import { consumeQueue, type JobQueue, migrateQueue, openQueue, type QueueConnection } from '@numfleet/queue';
import { claimPages, createCampaign, type Store } from '@numfleet/store';
import {
  answerRobots,
  createTestDatabase,
  offer,
  resultOf,
  settingsOf,
  type TestDatabase,
} from '@numfleet/store/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { createAuditCounts } from './audit-counts.ts';
import { createBackpressure } from './backpressure.ts';
import { createClockSteps } from './clock-steps.ts';
import { createReadDemand } from './demand.ts';

let database: TestDatabase;
let scheduler: Store;
let connection: QueueConnection;
let crawl: JobQueue<typeof queueNames.crawl>;
let results: JobQueue<typeof queueNames.results>;
let events: FleetEvent[] = [];
const emit = (event: FleetEvent) => void events.push(event);

beforeAll(async () => {
  const url = await createQueueDatabase(inject('postgresUrl'));
  await migrateQueue({ connectionString: url });
  connection = { kind: 'postgres', url };
  crawl = openQueue({ queue: queueNames.crawl, connection, emit, applicationName: 'test' });
  results = openQueue({ queue: queueNames.results, connection, emit, applicationName: 'test' });
});

afterAll(async () => {
  await crawl[Symbol.asyncDispose]();
  await results[Symbol.asyncDispose]();
});

beforeEach(async () => {
  events = [];
  database = await createTestDatabase(inject('postgresUrl'));
  scheduler = database.store('numfleet_scheduler');
  return async () => await database[Symbol.asyncDispose]();
});

const claim = (at: number) => claimPages(scheduler, { now: new Date(at), window: 100, leaseMs: 90_000 });

async function newCampaign(pages: number, delayMs: number, at = Date.now()): Promise<string> {
  const seeds = Array.from({ length: pages }, (_, n) => offer(`http://site.test/${n}`));
  const create = { settings: settingsOf({ delayMs }), seeds, actor: 'test', now: new Date(at) };
  return (await database.store('numfleet_console').transaction((tx) => createCampaign(tx, create))).id;
}

describe('I9: the hourly audit of counts', () => {
  const everyMs = 3_600_000;
  const audit = async () => {
    await createAuditCounts({ store: scheduler, emit, everyMs })(new Date());
    return events.splice(0).flatMap((event) => (event.type === 'counts.audited' ? [event] : []));
  };

  test('finds a planted difference, and none where there is none (negative control)', async () => {
    const [right, wrong] = [await newCampaign(3, 0), await newCampaign(4, 0)];
    expect(await audit()).toMatchObject([
      { campaignId: right, difference: 0 },
      { campaignId: wrong, difference: 0 },
    ]);
    const owner = database.store('numfleet_owner');
    await owner.query("insert into campaign_count_deltas values ($1, 'done', 2), ($1, 'queued', -1)", [wrong]);
    expect(await audit()).toMatchObject([
      { campaignId: right, difference: 0 },
      { campaignId: wrong, difference: 3 },
    ]);
  });

  test('leaves out what ended long ago, and looks at what has just ended', async () => {
    const ended = await newCampaign(1, 0);
    await database.store('numfleet_owner').query("update campaigns set state = 'finished', finished_at = now()");
    expect(await audit()).toMatchObject([{ campaignId: ended }]);
    await database.store('numfleet_owner').query("update campaigns set finished_at = now() - interval '3 hours'");
    expect(await audit()).toEqual([]);
  });
});

describe('I7: a clock that is set', () => {
  test.each([
    ['forward', 3_600_000],
    ['back', -3_600_000],
  ])('%s: each host waits for its delay, and no longer', async (_direction, stepMs) => {
    const start = Date.now();
    let monotonic = 0;
    const afterSteps = createClockSteps({ store: scheduler, emit, monotonicMs: () => monotonic });
    await newCampaign(3, 10_000, start);
    const sink = database.store('numfleet_sink');
    for (const robots of (await claim(start)).robots) await answerRobots(sink, robots, new Date(start));
    await afterSteps(new Date(start));
    expect((await claim(start)).pages).toEqual([]);

    monotonic = 5_000;
    const set = start + monotonic + stepMs;
    await afterSteps(new Date(set));
    expect(events).toEqual([{ type: 'clock.stepped', stepMs }]);
    expect((await claim(set)).pages).toEqual([]);
    expect((await claim(set + 9_999)).pages).toEqual([]);
    expect((await claim(set + 10_000)).pages).toHaveLength(1);
  });

  test('a clock that runs as it should is left alone (negative control)', async () => {
    let monotonic = 0;
    const afterSteps = createClockSteps({ store: scheduler, emit, monotonicMs: () => monotonic });
    for (const drift of [0, 300, -300, 600]) {
      monotonic += 60_000;
      await afterSteps(new Date(1_790_000_000_000 + monotonic + drift));
    }
    expect(events).toEqual([]);
  });
});

test('demand: jobs waiting, active and claimable, by the capacity of a crawler; above zero with none', async () => {
  const readDemand = createReadDemand({ store: scheduler, crawl, capacity: 8 });
  expect(await readDemand()).toEqual({ waiting: 0, active: 0, claimable: 0, jobs: 0, capacity: 8, workers: 0 });
  await newCampaign(9, 1_000);
  // Its robots.txt, which its pages wait for.
  await expect.poll(readDemand).toMatchObject({ claimable: 0, jobs: 0 });
  const { robots } = await claim(Date.now());
  expect(robots).toHaveLength(1);
  for (const one of robots) await answerRobots(database.store('numfleet_sink'), one, new Date(Date.now() - 2_000));
  await claim(Date.now() - 1_500);
  // One page: under its delay a host gives no more, however many it has.
  await expect.poll(readDemand).toMatchObject({ claimable: 1, jobs: 1, workers: 1 });
});

test('G22: a full window is counted for the queue that holds most of it, and only while it is full', async () => {
  const observe = createBackpressure({ crawl, results, emit });
  await observe(false);
  expect(events).toEqual([]);
  const page = { id: '1', campaignId: '1', leaseToken: crypto.randomUUID() };
  const result = resultOf(page as Parameters<typeof resultOf>[0], new Date());
  await results.add([result]);
  await observe(true);
  await new Promise((resolve) => setTimeout(resolve, 600));
  await observe(true);
  await observe(false);
  const held = events.filter((event) => event.type === 'dispatch.held');
  expect(held.map(({ queue }) => queue)).toEqual(['results', 'results']);
  expect(held.reduce((sum, { seconds }) => sum + seconds, 0)).toBeGreaterThanOrEqual(0.59);
  await using _sink = await consumeQueue({
    ...{ queue: queueNames.results, connection, workerName: 'test', concurrency: 1, emit },
    handle: async () => ({ ending: 'done' }),
  });
});
