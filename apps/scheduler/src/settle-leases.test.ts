import { type FleetEvent, jobIdOf, type PageJob, queueNames, untraced } from '@numfleet/contracts';
import { createTestDatabase as createQueueDatabase } from '@numfleet/embedded/testing';
import { createUrlCodec } from '@numfleet/privacy';
import { consumeQueue, migrateQueue, openQueue, type QueueConnection } from '@numfleet/queue';
import { createTestFront } from '@numfleet/queue/testing';
import { createCampaign, type Store } from '@numfleet/store';
import {
  answerRobots,
  claimAnswered,
  createTestDatabase,
  offer,
  resultOf,
  settingsOf,
  type TestDatabase,
} from '@numfleet/store/testing';
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createDispatch } from './dispatch.ts';
import { createSettleLeases } from './settle-leases.ts';

const leaseMs = 10_000;
const emit = () => {};
const backpressure = async () => {};
const urls = createUrlCodec({ key: Buffer.alloc(32, 7) });
let database: TestDatabase;
let connection: QueueConnection;
let scheduler: Store;
let hosts = 0;

beforeAll(async () => {
  const url = await createQueueDatabase(inject('postgresUrl'));
  await migrateQueue({ connectionString: url });
  connection = { kind: 'postgres', url };
});
beforeEach(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
  scheduler = database.store('numfleet_scheduler');
  return async () => await database[Symbol.asyncDispose]();
});

const openCrawl = () => openQueue({ queue: queueNames.crawl, connection, emit, applicationName: 'test' });
const openResults = () => openQueue({ queue: queueNames.results, connection, emit, applicationName: 'test' });

async function newCampaign(paths: string[]): Promise<void> {
  hosts += 1;
  const host = `site-${hosts}.test`;
  const seeds = paths.map((path) => offer(`http://${host}${path}`));
  const settings = settingsOf({ delayMs: 0, hostConcurrency: 64 });
  await database
    .store('numfleet_console')
    .transaction((tx) => createCampaign(tx, { settings, seeds, actor: 'test', now: new Date() }));
}

async function pageState() {
  const { rows } = await scheduler.query<{
    state: string;
    code: string | null;
    worker_losses: number;
    lease_until: Date;
  }>('select state, code, worker_losses, lease_until from pages');
  return rows[0];
}

describe('leases that ran out', () => {
  /** One page, leased as the scheduler leases it; the queue knows nothing of it yet. */
  async function leaseOne() {
    await newCampaign(['/']);
    const now = new Date();
    const { pages } = await claimAnswered(scheduler, database.store('numfleet_sink'), { now, leaseMs });
    const [page] = pages;
    if (!page) throw new Error('no page was claimed');
    const job: PageJob = {
      v: 1,
      kind: 'page',
      leaseToken: page.leaseToken,
      url: page.url,
      deadlineMs: 5_000,
      delayMs: 0,
      pageId: page.id,
      campaignId: page.campaignId,
      depth: 0,
      render: 'auto',
      region: null,
      hostContext: { robots: [] },
    };
    return { page, job, later: new Date(now.getTime() + leaseMs + 1_000) };
  }

  async function settle(now: Date) {
    await using crawl = openCrawl();
    await using results = openResults();
    const events: FleetEvent[] = [];
    await createSettleLeases({ store: scheduler, crawl, results, emit: (event) => void events.push(event), leaseMs })(
      now,
    );
    return events.flatMap((event) => (event.type === 'lease.expired' ? [event.verdict] : []));
  }

  it('I1: gone from the queue → dispatched again, without an attempt', async () => {
    const { later } = await leaseOne();
    expect(await settle(later)).toEqual(['redispatched']);
    expect(await pageState()).toMatchObject({ state: 'queued', worker_losses: 0 });
  });

  it('one that has not run out is left alone (negative control)', async () => {
    await leaseOne();
    expect(await settle(new Date())).toEqual([]);
    expect(await pageState()).toMatchObject({ state: 'leased' });
  });

  it('waiting in the queue → extended', async () => {
    const { job, later } = await leaseOne();
    await using crawl = openCrawl();
    await crawl.add([job]);
    expect(await settle(later)).toEqual(['extended']);
    expect(await pageState()).toMatchObject({ state: 'leased', lease_until: new Date(later.getTime() + leaseMs) });
    await crawl.bull.remove(jobIdOf(job));
  });

  it('its result waits, since the sink is down → extended, however late', async () => {
    const { page, later } = await leaseOne();
    await using results = openResults();
    await results.add([resultOf(page, new Date())]);
    const muchLater = new Date(later.getTime() + 3_600_000);
    expect(await settle(muchLater)).toEqual(['extended']);
    expect(await pageState()).toMatchObject({ state: 'leased', worker_losses: 0 });
    await results.bull.remove(jobIdOf(page));
  });

  it('active → extended until its worker must have stopped, then one attempt', async () => {
    const { job } = await leaseOne();
    await using crawl = openCrawl();
    await crawl.add([job]);
    const begun = Promise.withResolvers<void>();
    await using _worker = await consumeQueue({
      queue: queueNames.crawl,
      connection,
      workerName: 'hangs',
      concurrency: 1,
      emit,
      handle: async (_job, { signal }) => {
        begun.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return { ending: 'done' };
      },
    });
    await begun.promise;
    const taken = await crawl.stateOf(jobIdOf(job));
    if (taken.state !== 'active') throw new Error(`the job is ${taken.state}`);
    // The lease ran out by the clock of the scheduler, but the worker took the job less than a lease ago.
    await scheduler.query("update pages set lease_until = now() - interval '1 minute'");
    expect(await settle(new Date(Date.now() + leaseMs - 2_000))).toEqual(['extended']);
    expect(await pageState()).toMatchObject({ state: 'leased', lease_until: new Date(taken.since + leaseMs) });
    await scheduler.query("update pages set lease_until = now() - interval '1 minute'");
    expect(await settle(new Date(Date.now() + leaseMs + 60_000))).toEqual(['attempt']);
    expect(await pageState()).toMatchObject({ state: 'queued', code: 'worker-lost', worker_losses: 1 });
  });

  it('ended without a result → one attempt; the third makes it poison', async () => {
    const { job, later } = await leaseOne();
    await using crawl = openCrawl();
    await crawl.add([job]);
    const worker = await consumeQueue({
      queue: queueNames.crawl,
      connection,
      workerName: 'fails',
      concurrency: 1,
      emit,
      handle: async () => Promise.reject(new Error('killed by its page')),
    });
    await expect.poll(() => crawl.stateOf(jobIdOf(job))).toEqual({ state: 'failed' });
    await worker[Symbol.asyncDispose]();
    await scheduler.query('update pages set worker_losses = 2');
    expect(await settle(later)).toEqual(['poison']);
    expect(await pageState()).toMatchObject({ state: 'failed', code: 'poison', worker_losses: 3 });
  });
});

describe('dispatch', () => {
  const options = { urls, emit, tracer: untraced, window: 100, jobDeadlineMs: 5_000, leaseMs, backpressure };

  it('I11: pages wait for robots.txt, and what it forbids is never queued', async () => {
    await newCampaign(['/open', '/private/x']);
    await using crawl = openCrawl();
    const dispatch = createDispatch({ store: scheduler, crawl, ...options });
    await dispatch(new Date());
    expect((await crawl.depth()).waiting).toBe(1);
    const { rows } = await scheduler.query<{ id: string; token: string; origin: string }>(
      `select id, robots_lease_token as token, origin from origins where robots_state = 'leased'`,
    );
    const [origin] = rows;
    if (!origin) throw new Error('robots.txt was not asked for');
    const at = new Date();
    await answerRobots(
      database.store('numfleet_sink'),
      { originId: origin.id, leaseToken: origin.token, origin: origin.origin, leaseUntil: at, delayMs: 0, url: null },
      at,
      { outcome: 'fetched', status: 200, rules: [{ allow: false, pattern: '/private' }] },
    );
    await dispatch(new Date());
    expect((await crawl.depth()).waiting).toBe(2);
    const { rows: pages } = await scheduler.query('select state, code from pages order by id');
    expect(pages).toEqual([
      { state: 'leased', code: null },
      { state: 'excluded', code: 'robots-disallowed' },
    ]);
    await crawl.bull.obliterate({ force: true });
  });

  it('I8: never leases more than the window', async () => {
    await newCampaign(Array.from({ length: 30 }, (_, index) => `/${index}`));
    await claimAnswered(scheduler, database.store('numfleet_sink'), { now: new Date(), window: 1 });
    await using crawl = openCrawl();
    const dispatch = createDispatch({ store: scheduler, crawl, ...options, window: 5 });
    for (let round = 0; round < 3; round += 1) await dispatch(new Date());
    const { rows } = await scheduler.query<{ leased: number }>(
      "select count(*)::int as leased from pages where state = 'leased'",
    );
    expect(rows).toEqual([{ leased: 5 }]);
    await crawl.bull.obliterate({ force: true });
  });

  it('I8: while the queue is away nothing more is leased; when it is back, what was leased is queued, once', async () => {
    await newCampaign(Array.from({ length: 30 }, (_, index) => `/${index}`));
    await claimAnswered(scheduler, database.store('numfleet_sink'), { now: new Date(), window: 1 });
    await using front = await createTestFront(connection.url);
    const away: QueueConnection = { kind: 'postgres', url: front.url };
    await using crawl = openQueue({ queue: queueNames.crawl, connection: away, emit, applicationName: 'test' });
    const dispatch = createDispatch({ store: scheduler, crawl, ...options, window: 5 });
    const tokens = async () => {
      const { rows } = await scheduler.query<{ token: string }>(
        `select lease_token as token from pages where state = 'leased' order by id`,
      );
      return rows.map(({ token }) => token);
    };
    await crawl.depth();
    await front.close();
    await expect(dispatch(new Date())).rejects.toMatchObject({ code: 'queue-unavailable' });
    const leased = await tokens();
    expect(leased).toHaveLength(5);
    // The page claimed above is done with: there is room for another.
    await scheduler.query(
      `update pages set state = 'done', lease_token = null, lease_until = null
                           where lease_token = $1`,
      [leased[0]],
    );
    await expect(dispatch(new Date())).rejects.toMatchObject({ code: 'queue-unavailable' });
    expect(await tokens()).toEqual(leased.slice(1));

    await front.open();
    await dispatch(new Date());
    const after = await tokens();
    expect(after).toEqual(expect.arrayContaining(leased.slice(1)));
    const known = await Promise.all(after.map((leaseToken) => crawl.stateOf(jobIdOf({ leaseToken }))));
    expect(known.filter(({ state }) => state === 'waiting').length).toBeGreaterThanOrEqual(4);
    await crawl.bull.obliterate({ force: true });
  });

  it('what could not be queued for half a lease is given up to those who settle leases', async () => {
    await newCampaign(['/']);
    await claimAnswered(scheduler, database.store('numfleet_sink'), { now: new Date(), window: 0 });
    await using front = await createTestFront(connection.url);
    const away: QueueConnection = { kind: 'postgres', url: front.url };
    await using crawl = openQueue({ queue: queueNames.crawl, connection: away, emit, applicationName: 'test' });
    const dispatch = createDispatch({ store: scheduler, crawl, ...options });
    await crawl.depth();
    await front.close();
    await expect(dispatch(new Date())).rejects.toMatchObject({ code: 'queue-unavailable' });
    await front.open();
    await dispatch(new Date(Date.now() + leaseMs / 2 + 1));
    expect((await crawl.depth()).waiting).toBe(0);
  });
});
