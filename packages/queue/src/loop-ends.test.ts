import { queueNames } from '@numfleet/contracts';
import { createTestDatabase } from '@numfleet/embedded/testing';
import { Worker } from 'bullmq';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type Consumer, consumeQueue, migrateQueue } from './index.ts';

/** What a worker asks for its next job with. */
const prototype = Worker.prototype as unknown as { _getNextJob(this: { paused: boolean }): Promise<undefined> };
const { _getNextJob: getNextJob } = prototype;
let consumer: Consumer;
let ends: unknown[];

beforeEach(async () => {
  const url = await createTestDatabase(inject('postgresUrl'));
  await migrateQueue({ connectionString: url });
  ends = [];
  consumer = await consumeQueue({
    queue: queueNames.crawl,
    connection: { kind: 'postgres', url },
    workerName: 'crawler-1',
    concurrency: 1,
    emit() {},
    handle: async () => ({ ending: 'done' }),
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
