import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type CrawlJob, type CrawlResult, type FleetEvent, jobIdOf, queueNames } from '@numfleet/contracts';
import { createTestDatabase } from '@numfleet/embedded/testing';
import pg from 'pg';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { consumeQueue, type Handled, migrateQueue, openQueue, type QueueConnection } from './index.ts';

let connection: QueueConnection;

beforeAll(async () => {
  const url = await createTestDatabase(inject('postgresUrl'));
  await Promise.all([migrateQueue({ connectionString: url }), migrateQueue({ connectionString: url })]);
  connection = { kind: 'postgres', url };
});

const job = (): CrawlJob => ({
  v: 1,
  kind: 'page',
  leaseToken: randomUUID(),
  url: { p: 'http://shop.test/' },
  deadlineMs: 1_000,
  delayMs: 0,
  pageId: '1',
  campaignId: '1',
  depth: 0,
  render: 'auto',
  region: null,
  hostContext: { robots: [] },
});

const result = (links = 0): CrawlResult => ({
  v: 1,
  kind: 'page',
  leaseToken: randomUUID(),
  worker: 'crawler-1',
  requestedAt: 1,
  finishedAt: 2,
  retryAfterMs: null,
  pageId: '1',
  campaignId: '1',
  outcome: 'done',
  code: null,
  http: { status: 200, bytes: 1, rendered: false },
  cuts: [],
  links: Array.from({ length: links }, () => ({
    url: { p: `http://shop.test/${randomUUID()}/${randomUUID()}/${randomUUID()}` },
    via: 'link',
  })),
  sealed: null,
  findings: 0,
  rejected: {},
});

function recorder() {
  const events: FleetEvent[] = [];
  return { events, emit: (event: FleetEvent) => void events.push(event) };
}

async function crawl(handle: (job: CrawlJob, context: { signal: AbortSignal }) => Promise<Handled>, concurrency = 4) {
  const { events, emit } = recorder();
  const queue = queueNames.crawl;
  const consumer = await consumeQueue({ queue, connection, workerName: 'crawler-1', concurrency, emit, handle });
  return { consumer, events };
}

const open = () => openQueue({ queue: queueNames.crawl, connection, emit: () => {}, applicationName: 'test' });

describe('the queue on Postgres', () => {
  it('carries what was added, once, and says what it knows of it', async () => {
    await using queue = open();
    const sent = job();
    await queue.add([sent]);
    await queue.add([sent]);
    expect(await queue.stateOf(jobIdOf(sent))).toEqual({ state: 'waiting' });
    expect((await queue.depth()).waiting).toBe(1);

    const received: CrawlJob[] = [];
    const begun = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { consumer, events } = await crawl(async (message) => {
      received.push(message);
      begun.resolve();
      await finish.promise;
      return { ending: 'done' };
    });
    await using _consumer = consumer;
    await begun.promise;
    expect(await queue.stateOf(jobIdOf(sent))).toMatchObject({ state: 'active', since: expect.any(Number) });
    finish.resolve();
    await expect.poll(() => queue.stateOf(jobIdOf(sent))).toEqual({ state: 'completed' });
    expect(received).toEqual([sent]);
    expect(await queue.stateOf(jobIdOf(job()))).toEqual({ state: 'gone' });
    expect(events.map((event) => event.type)).toEqual(['job.taken', 'job.ended']);
  });

  it('sets aside what does not validate, with a code, and goes on (no crash loop)', async () => {
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

    const { consumer, events } = await crawl(async () => ({ ending: 'done' }));
    await using _consumer = consumer;
    await expect.poll(() => queue.stateOf(jobIdOf(good))).toEqual({ state: 'completed' });
    const deadLetters = () => events.filter((event) => event.type === 'job.dead-lettered');
    await expect.poll(() => deadLetters().length).toBe(forged.length);
    expect(new Map(deadLetters().map(({ jobId, code }) => [jobId, code]))).toEqual(
      new Map(forged.map(({ id, code }) => [id, code])),
    );
    // The event comes a moment before the queue has entered it.
    for (const { id } of forged) await expect.poll(() => queue.stateOf(id)).toEqual({ state: 'failed' });
  });

  it('I3: keeps only the code of a failure, never its message', async () => {
    await using queue = open();
    const sent = job();
    await queue.add([sent]);
    const { consumer } = await crawl(async () => Promise.reject(new Error('call +442079460958')));
    await using _consumer = consumer;
    await expect.poll(() => queue.stateOf(jobIdOf(sent))).toEqual({ state: 'failed' });
    const client = new pg.Client({ connectionString: connection.url });
    await client.connect();
    const { rows } = await client.query('SELECT row_to_json(j)::text AS row FROM bullmq.job j');
    await client.end();
    const stored = rows.map((row) => row.row).join('\n');
    expect(stored).toContain('internal-error');
    expect(stored).not.toContain('2079460958');
  });

  it('gives back on drain what cannot be finished, and another worker gets it', async () => {
    await using queue = open();
    const sent = job();
    await queue.add([sent]);
    const begun = Promise.withResolvers<void>();
    const { consumer, events } = await crawl(async (_message, { signal }) => {
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { ending: 'given-back' };
    });
    await begun.promise;
    await consumer.drain(AbortSignal.timeout(50));
    await consumer[Symbol.asyncDispose]();
    expect(events.at(-1)).toMatchObject({ type: 'job.ended', ending: 'given-back' });
    expect(await queue.stateOf(jobIdOf(sent))).toEqual({ state: 'waiting' });

    const next = await crawl(async () => ({ ending: 'done' }));
    await using _next = next.consumer;
    await expect.poll(() => queue.stateOf(jobIdOf(sent))).toEqual({ state: 'completed' });
  });

  it('drain takes nothing new and waits for what was begun', async () => {
    await using queue = open();
    const { consumer } = await crawl(async () => {
      await delay(200);
      return { ending: 'done' };
    }, 1);
    await using _consumer = consumer;
    await queue.add([job()]);
    await expect.poll(() => consumer.inFlight()).toBe(1);
    const late = job();
    const drained = consumer.drain(AbortSignal.timeout(10_000));
    await queue.add([late]);
    await drained;
    expect(consumer.inFlight()).toBe(0);
    await delay(300);
    expect(await queue.stateOf(jobIdOf(late))).toEqual({ state: 'waiting' });
    await queue.bull.remove(jobIdOf(late));
  });

  it('I8: a message is packed when that helps, and refused when it is still too large', async () => {
    await using results = openQueue({ queue: queueNames.results, connection, emit: () => {}, applicationName: 'test' });
    const { emit } = recorder();
    const received: CrawlResult[] = [];
    const sent = result(500);
    await results.add([sent]);
    await using _consumer = await consumeQueue({
      queue: queueNames.results,
      connection,
      workerName: 'sink',
      concurrency: 1,
      emit,
      handle: async (message) => {
        received.push(message);
        return { ending: 'done' };
      },
    });
    await expect.poll(() => received).toEqual([sent]);
    await expect.poll(() => results.stateOf(jobIdOf(sent))).toEqual({ state: 'gone' });
    await expect(results.add([result(2_000)])).rejects.toMatchObject({ code: 'result-too-large' });
  });

  it('I9: taken equals ended, whatever the endings', async () => {
    await using queue = open();
    const jobs = Array.from({ length: 60 }, job);
    await queue.add(jobs);
    let turn = 0;
    const { consumer, events } = await crawl(async () => {
      turn += 1;
      if (turn % 3 === 0) throw new Error('no');
      if (turn % 5 === 0) return { ending: 'dead-letter', code: 'contract-invalid' };
      return { ending: 'done' };
    }, 8);
    await using _consumer = consumer;
    await expect.poll(async () => (await queue.depth()).waiting + (await queue.depth()).active).toBe(0);
    const count = (type: FleetEvent['type']) => events.filter((event) => event.type === type).length;
    await expect.poll(() => count('job.ended')).toBe(jobs.length);
    expect(count('job.taken')).toBe(jobs.length);
  });
});
