import { setTimeout as sleep } from 'node:timers/promises';
import { type FleetEvent, queueNames } from '@numfleet/contracts';
import { createTestDatabase } from '@numfleet/embedded/testing';
import { Worker } from 'bullmq';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type Consumer, consumeQueue, migrateQueue, openQueue, type QueueConnection } from './index.ts';
import { job } from './testing/messages.ts';

/** What a worker asks for its next job with. */
const prototype = Worker.prototype as unknown as { _getNextJob(this: { paused: boolean }): Promise<undefined> };
const { _getNextJob: getNextJob } = prototype;
let consumer: Consumer;
let connection: QueueConnection;
let ends: unknown[];
let events: FleetEvent[];

beforeEach(async () => {
  const url = await createTestDatabase(inject('postgresUrl'));
  await migrateQueue({ connectionString: url });
  connection = { kind: 'postgres', url };
  ends = [];
  events = [];
  consumer = await consumeQueue({
    queue: queueNames.crawl,
    connection,
    workerName: 'crawler-1',
    concurrency: 1,
    emit: (event) => void events.push(event),
    // Does not stop at once, as a page whose browser has to be given back does not.
    async handle(_message, { signal }) {
      await sleep(60_000, undefined, { signal }).catch(() => {});
      await sleep(300);
      return { ending: 'given-back' };
    },
    onEnded: (error) => ends.push(error),
  });
});
afterEach(async () => {
  prototype._getNextJob = getNextJob;
  await consumer[Symbol.asyncDispose]();
});

test('G23: a worker whose loop ends without an error is noticed', async () => {
  prototype._getNextJob = async function getNoJob() {
    this.paused = true;
    return undefined;
  };
  await expect.poll(() => ends, { timeout: 10_000 }).toMatchObject([{ code: 'loop-ended' }]);
  expect(consumer.health()).toEqual({ ok: false, reason: 'the queue worker is not running' });
});

test('G23: one that is told to stop is not (negative control)', async () => {
  await consumer.drain(AbortSignal.timeout(5_000));
  await consumer[Symbol.asyncDispose]();
  expect(ends).toEqual([]);
});

test('I9, G23: one that is disposed of in mid-job lets its jobs end, and they are accounted for', async () => {
  await using queue = openQueue({ queue: queueNames.crawl, connection, emit() {}, applicationName: 'test' });
  await queue.add([job()]);
  await expect.poll(() => consumer.inFlight()).toBe(1);
  await consumer[Symbol.asyncDispose]();
  expect(events.filter(({ type }) => type === 'job.ended')).toMatchObject([{ ending: 'given-back' }]);
  expect(await queue.depth()).toMatchObject({ waiting: 1, active: 0 });
});
