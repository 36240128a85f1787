import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type CrawlJob, type FleetEvent, filterPartId, jobIdOf, queueNames } from '@numfleet/contracts';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { consumeQueue, type Handled, type JobContext, openQueue } from './index.ts';
import { backends, type TestBackend } from './testing/backends.ts';
import { job, result } from './testing/messages.ts';

/** The queue's promises, each held on both backends: `vitest run packages/queue --reporter=verbose` shows the table. */
describe.each(backends)('the queue on $name', { concurrent: true }, (backend) => {
  describe('keeps what it promises', { concurrent: false }, () => promises(backend));
});

/** Each test has its own `expect`, since one of the other backend runs at the same time. */
function promises({ start, isHere }: (typeof backends)[number]): void {
  let backend: TestBackend;
  beforeAll(async () => {
    if (isHere) backend = await start();
  });
  afterAll(async () => await backend?.[Symbol.asyncDispose]());
  beforeEach(async ({ skip }) => {
    if (!isHere) skip('there is no redis-server on PATH');
    await backend.wipe();
  });

  const open = () =>
    openQueue({ queue: queueNames.crawl, connection: backend.connection, emit, applicationName: 'test' });
  const openResults = () =>
    openQueue({ queue: queueNames.results, connection: backend.connection, emit, applicationName: 'test' });

  async function consume(
    handle: (message: CrawlJob, context: JobContext) => Promise<Handled>,
    options: { concurrency?: number; lookEveryMs?: number; stalledEveryMs?: number } = {},
  ) {
    const events: FleetEvent[] = [];
    const consumer = await consumeQueue({
      queue: queueNames.crawl,
      connection: backend.connection,
      workerName: 'crawler-1',
      concurrency: 4,
      emit: (event) => void events.push(event),
      handle,
      ...options,
    });
    const count = (type: FleetEvent['type']) => events.filter((event) => event.type === type).length;
    return { ...consumer, consumer, events, count };
  }

  it('carries what was added, with the span that added it, and says what it knows of it', async ({ expect }) => {
    await using queue = open();
    const sent = job();
    const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await queue.add([sent], () => parent);
    expect(await queue.stateOf(jobIdOf(sent))).toEqual({ state: 'waiting' });
    expect(await queue.depth()).toEqual({ waiting: 1, active: 0, failed: 0 });

    const begun = Promise.withResolvers<[CrawlJob, JobContext]>();
    const finish = Promise.withResolvers<void>();
    await using it = await consume(async (...received) => {
      begun.resolve(received);
      await finish.promise;
      return done;
    });
    const [message, context] = await begun.promise;
    expect(message).toEqual(sent);
    expect(context).toMatchObject({ jobId: jobIdOf(sent), traceparent: parent });
    expect(await queue.stateOf(jobIdOf(sent))).toEqual({ state: 'active', since: expect.any(Number) });
    expect(await queue.depth()).toEqual({ waiting: 0, active: 1, failed: 0 });
    finish.resolve();
    await expect.poll(() => queue.stateOf(jobIdOf(sent))).toEqual({ state: 'completed' });
    expect(await queue.stateOf(jobIdOf(job()))).toEqual({ state: 'gone' });
    expect(it.events.map((event) => event.type)).toEqual(['job.taken', 'job.ended']);
  });

  it('G42: what nobody takes is read as often as one likes, and taken away again', async ({ expect }) => {
    const named = { campaignId: '7', generation: 2, part: 0 };
    const part = { v: 1, kind: 'filter', ...named, parts: 1, hashes: 11, bits: 'AAAA' } as const;
    await using queue = openQueue({
      ...{ queue: queueNames.filters, connection: backend.connection, emit, applicationName: 'test' },
    });
    expect(await queue.read(filterPartId(named))).toBeNull();
    await queue.add([part]);
    for (const _ of [1, 2]) expect(await queue.read(filterPartId(named))).toEqual(part);
    await queue.remove([filterPartId(named), filterPartId({ ...named, part: 1 })]);
    expect(await queue.stateOf(filterPartId(named))).toEqual({ state: 'gone' });
  });

  it('I2: a lease added again is one job: while it waits, while it is worked on, and when it is done', async ({
    expect,
  }) => {
    await using queue = open();
    const sent = job();
    await queue.add([sent, sent]);
    await queue.add([sent]);
    expect((await queue.depth()).waiting).toBe(1);
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    await using it = await consume(async () => {
      begun.resolve();
      await finish.promise;
      return done;
    });
    await begun.promise;
    await queue.add([sent]);
    expect(await queue.depth()).toEqual({ waiting: 0, active: 1, failed: 0 });
    finish.resolve();
    await expect.poll(() => queue.stateOf(jobIdOf(sent))).toEqual({ state: 'completed' });
    const other = job();
    await queue.add([sent, other]);
    await expect.poll(() => queue.stateOf(jobIdOf(other))).toEqual({ state: 'completed' });
    expect(it.count('job.taken')).toBe(2);
  });

  it('sets aside garbage and strange versions, with a code, and goes on (no crash loop)', async ({ expect }) => {
    await using queue = open();
    const forged = [
      { id: `lease-${randomUUID()}`, data: { m: { ...job(), v: 99 } }, code: 'contract-version' },
      { id: `lease-${randomUUID()}`, data: { m: { ...job(), pageId: 'x' } }, code: 'contract-invalid' },
      { id: `lease-${randomUUID()}`, data: { z: 'bm90IGRlZmxhdGVk' }, code: 'contract-invalid' },
      { id: `lease-${randomUUID()}`, data: 'nonsense', code: 'contract-invalid' },
    ];
    for (const { id, data } of forged) await queue.bull.add('page', data, { jobId: id, attempts: 1 });
    const good = job();
    await queue.add([good]);
    await using it = await consume(async () => done);
    await expect.poll(() => queue.stateOf(jobIdOf(good))).toEqual({ state: 'completed' });
    await expect.poll(() => it.count('job.dead-lettered')).toBe(forged.length);
    const told = it.events.flatMap((event) => (event.type === 'job.dead-lettered' ? [event] : []));
    expect(new Map(told.map(({ jobId, code }) => [jobId, code]))).toEqual(
      new Map(forged.map(({ id, code }) => [id, code])),
    );
    // The event comes a moment before the queue has entered it.
    for (const { id } of forged) await expect.poll(() => queue.stateOf(id)).toEqual({ state: 'failed' });
    expect((await queue.depth()).failed).toBe(forged.length);
  });

  it('I3: keeps only the code of a failure, never its message', async ({ expect }) => {
    await using queue = open();
    const sent = job();
    await queue.add([sent]);
    await using _it = await consume(async () => Promise.reject(new Error('call +442079460958')));
    await expect.poll(() => queue.stateOf(jobIdOf(sent))).toEqual({ state: 'failed' });
    const stored = await backend.dump();
    expect(stored).toContain('internal-error');
    expect(stored).not.toContain('2079460958');
  });

  it('drain gives back what cannot be finished, and another worker gets it', async ({ expect }) => {
    await using queue = open();
    const sent = job();
    await queue.add([sent]);
    const begun = Promise.withResolvers<void>();
    const first = await consume(async (_message, { signal }) => {
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { ending: 'given-back' };
    });
    await begun.promise;
    await first.drain(AbortSignal.timeout(50));
    await first.consumer[Symbol.asyncDispose]();
    expect(first.events.at(-1)).toMatchObject({ type: 'job.ended', ending: 'given-back' });
    expect(await queue.stateOf(jobIdOf(sent))).toEqual({ state: 'waiting' });

    await using _next = await consume(async () => done);
    await expect.poll(() => queue.stateOf(jobIdOf(sent))).toEqual({ state: 'completed' });
  });

  it('drain takes nothing new and waits for what was begun', async ({ expect }) => {
    await using queue = open();
    await using it = await consume(
      async () => {
        await delay(200);
        return done;
      },
      { concurrency: 1 },
    );
    await queue.add([job()]);
    await expect.poll(() => it.inFlight()).toBe(1);
    const late = job();
    const drained = it.drain(AbortSignal.timeout(10_000));
    await queue.add([late]);
    await drained;
    expect(it.inFlight()).toBe(0);
    await delay(300);
    expect(await queue.stateOf(jobIdOf(late))).toEqual({ state: 'waiting' });
  });

  it('I8: a message is packed when that helps, and refused when it is still too large', async ({ expect }) => {
    await using results = openResults();
    const sent = result(500);
    await results.add([sent]);
    expect((await backend.dump()).length).toBeLessThan(JSON.stringify(sent).length);
    const received = Promise.withResolvers<unknown>();
    await using _consumer = await consumeQueue({
      queue: queueNames.results,
      connection: backend.connection,
      workerName: 'sink',
      concurrency: 1,
      emit,
      handle: async (message) => {
        received.resolve(message);
        return done;
      },
    });
    expect(await received.promise).toEqual(sent);
    await expect.poll(() => results.stateOf(jobIdOf(sent))).toEqual({ state: 'gone' });
    await expect(results.add([result(2_000)])).rejects.toMatchObject({ code: 'result-too-large' });
    expect((await results.depth()).waiting).toBe(0);
  });

  it('I8: keeps the last 1,000 crawl jobs that ended, and hardly more', { timeout: 60_000 }, async ({ expect }) => {
    await using queue = open();
    const jobs = Array.from({ length: 1_050 }, job);
    await queue.add(jobs);
    await using it = await consume(async () => done, { concurrency: 32 });
    await expect.poll(() => it.count('job.ended'), { timeout: 40_000, interval: 200 }).toBe(jobs.length);
    const kept = async () => (await queue.bull.getJobCounts('completed')).completed ?? 0;
    // They are counted at the end of every 32nd, and on Postgres those that end at the same time do not see each other.
    await expect.poll(kept).toBeLessThanOrEqual(1_000 + 32);
    expect(await kept()).toBeGreaterThanOrEqual(1_000);
  });

  it('I9: taken equals ended, whatever the endings', async ({ expect }) => {
    await using queue = open();
    const jobs = Array.from({ length: 60 }, job);
    await queue.add(jobs);
    let turn = 0;
    await using it = await consume(async () => {
      turn += 1;
      if (turn % 3 === 0) throw new Error('no');
      if (turn % 5 === 0) return { ending: 'dead-letter', code: 'contract-invalid' };
      return done;
    });
    await expect.poll(() => it.count('job.ended')).toBe(jobs.length);
    expect(it.count('job.taken')).toBe(jobs.length);
    await expect.poll(() => queue.depth()).toEqual({ waiting: 0, active: 0, failed: 28 });
  });

  it('I2: when its worker died, a result is run again, a crawl job is not', { timeout: 60_000 }, async ({ expect }) => {
    await using queue = open();
    await using results = openResults();
    const [crawled, found] = [job(), result()];
    await Promise.all([queue.add([crawled]), results.add([found])]);
    const consumeResults = (handle: () => Promise<Handled>) =>
      consumeQueue({
        queue: queueNames.results,
        connection: backend.connection,
        workerName: 'sink',
        concurrency: 1,
        stalledEveryMs: 500,
        emit,
        handle,
      });
    const dying = await Promise.all([consume(() => never), consumeResults(() => never)]);
    await expect.poll(async () => (await queue.depth()).active + (await results.depth()).active).toBe(2);
    await Promise.all(dying.map((consumer) => consumer[Symbol.asyncDispose]()));
    await backend.expireLocks();

    const again = Promise.withResolvers<Handled>();
    await using second = await consume(async () => done, { stalledEveryMs: 500 });
    await using _sink = await consumeResults(async () => {
      again.resolve(done);
      return done;
    });
    await again.promise;
    await expect.poll(() => queue.stateOf(jobIdOf(crawled)), { timeout: 30_000 }).toEqual({ state: 'failed' });
    expect(second.count('job.taken')).toBe(0);
  });

  it('I1: wiped in mid-flight, it takes and gives on; what was in work ends', { timeout: 60_000 }, async ({
    expect,
  }) => {
    await using queue = open();
    const finish = Promise.withResolvers<void>();
    const lost = job();
    await using it = await consume(async (message) => {
      if (message.leaseToken === lost.leaseToken) await finish.promise;
      return done;
    });
    await queue.add([lost]);
    await expect.poll(() => it.inFlight()).toBe(1);
    await backend.wipe();
    expect(await queue.stateOf(jobIdOf(lost))).toEqual({ state: 'gone' });
    const wipedAt = performance.now();
    const next = job();
    await queue.add([next]);
    await expect.poll(() => queue.stateOf(jobIdOf(next)), { timeout: 30_000 }).toEqual({ state: 'completed' });
    expect(performance.now() - wipedAt).toBeLessThan(30_000);
    finish.resolve();
    await expect.poll(() => it.count('job.ended')).toBe(2);
    const later = job();
    await queue.add([later]);
    await expect.poll(() => queue.stateOf(jobIdOf(later)), { timeout: 30_000 }).toEqual({ state: 'completed' });
    expect(it.health()).toEqual({ ok: true });
  });

  it.for([
    { what: 'with what it held', empty: false },
    { what: 'empty', empty: true },
  ])(
    'its server killed, and back $what: consumption goes on within 30 s',
    {
      timeout: 90_000,
    },
    async ({ empty }, { expect }) => {
      await using queue = open();
      const inWork = job();
      const finish = Promise.withResolvers<void>();
      await using it = await consume(async (message) => {
        if (message.leaseToken === inWork.leaseToken) await finish.promise;
        return done;
      });
      await queue.add([inWork]);
      await expect.poll(() => it.inFlight()).toBe(1);
      await backend.kill();
      await expect(queue.add([job()])).rejects.toMatchObject({ code: 'queue-unavailable' });
      await expect.poll(() => it.health(), { timeout: 15_000 }).toMatchObject({ ok: false });
      finish.resolve();
      await expect.poll(() => it.inFlight()).toBe(0);

      await backend.comeBack({ empty });
      const backAt = performance.now();
      const next = job();
      const added = () =>
        queue.add([next]).then(
          () => true,
          () => false,
        );
      await expect.poll(added, { timeout: 20_000 }).toBe(true);
      await expect.poll(() => queue.stateOf(jobIdOf(next)), { timeout: 30_000 }).toEqual({ state: 'completed' });
      const seconds = (performance.now() - backAt) / 1_000;
      expect(seconds).toBeLessThan(30);
      await expect.poll(() => it.health(), { timeout: 10_000 }).toEqual({ ok: true });
      expect(await queue.stateOf(jobIdOf(inWork))).toMatchObject({ state: empty ? 'gone' : /completed|active/ });
    },
  );

  it('a worker that is connected and takes nothing is unhealthy, and replaced', { timeout: 60_000 }, async ({
    expect,
  }) => {
    await using queue = open();
    await using it = await consume(async () => done, { lookEveryMs: 300 });
    // Until it has worked it has not all the connections that it needs, and one that is made after the cut is served.
    const first = job();
    await queue.add([first]);
    await expect.poll(() => queue.stateOf(jobIdOf(first))).toEqual({ state: 'completed' });
    await delay(500);
    // It waits for jobs over connections that will never say anything again.
    backend.cut();
    // So does who added; it gets over that too.
    const later = job();
    const addLater = () =>
      queue.add([later]).then(
        () => true,
        () => false,
      );
    const isAdded = expect.poll(addLater, { timeout: 30_000 }).toBe(true);
    await using other = open();
    const late = job();
    await other.add([late]);
    await expect
      .poll(() => it.health(), { timeout: 20_000, interval: 20 })
      .toEqual({
        ok: false,
        reason: 'jobs wait and the queue worker takes none',
      });
    await isAdded;
    for (const one of [late, later]) {
      await expect.poll(() => other.stateOf(jobIdOf(one)), { timeout: 20_000 }).toEqual({ state: 'completed' });
    }
    expect(it.count('queue.worker-renewed')).toBe(1);
    await expect.poll(() => it.health()).toEqual({ ok: true });
  });

  it('one that is idle for lack of jobs, or full, is healthy and stays (negative control)', async ({ expect }) => {
    await using queue = open();
    const finish = Promise.withResolvers<void>();
    await using it = await consume(
      async () => {
        await finish.promise;
        return done;
      },
      { concurrency: 1, lookEveryMs: 50 },
    );
    await delay(600);
    expect(it.health()).toEqual({ ok: true });
    await queue.add([job(), job(), job()]);
    await expect.poll(() => it.inFlight()).toBe(1);
    await delay(600);
    expect((await queue.depth()).waiting).toBe(2);
    expect(it.health()).toEqual({ ok: true });
    finish.resolve();
    await expect.poll(() => it.count('job.ended')).toBe(3);
    expect(it.count('queue.worker-renewed')).toBe(0);
  });
}

const done: Handled = { ending: 'done' };
const never = new Promise<Handled>(() => {});
const emit = () => {};
