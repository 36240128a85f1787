import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CrawlJob, queueNames } from '@numfleet/contracts';
import { startPostgres } from '@numfleet/embedded';
import { consumeQueue, migrateQueue, openQueue, type QueueConnection } from '@numfleet/queue';
import { hasRedis, startTestRedis } from '@numfleet/queue/testing';
import { abandonOnAbort } from '@numfleet/service';
import type { Bench, BenchContext } from '../bench.ts';

const jobsARun = 2_000;
/** As many as the scheduler claims at a time. */
const jobsAnAdd = 100;
const concurrency = 32;
const queueName = queueNames.crawl;

/** The queue as the fleet uses it, with its envelope, validation and events, and a handler that does nothing. */
export const queue: Bench = {
  name: 'queue',
  what: 'crawl jobs a second, added and processed, by where the queue lives',
  async run(context) {
    const postgres = await startQueueOnPostgres(context);
    const redis: QueueConnection | null = hasRedis
      ? { kind: 'redis', url: context.use(await startTestRedis()).url }
      : null;
    await context.compare({
      figures: { add: { unit: 'jobs/s', better: 'higher' }, process: { unit: 'jobs/s', better: 'higher' } },
      variants: {
        postgres: (signal) => measure(postgres, signal),
        ...(redis === null ? {} : { redis: (signal: AbortSignal) => measure(redis, signal) }),
      },
    });
    if (redis === null) context.note('No redis-server was found, so Redis was left out.');
    context.note(
      `${jobsARun} jobs a run, added ${jobsAnAdd} at a time, processed ${concurrency} at a time by one worker.`,
    );
  },
};

/** Settings of the embedded fleet: durable, but for the commits of the queue's database, which I1 allows to be lost. */
async function startQueueOnPostgres({ use, signal }: BenchContext): Promise<QueueConnection> {
  const home = await mkdtemp(path.join(tmpdir(), 'numfleet-bench-'));
  use({ [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) });
  const { adminUrl } = use(await startPostgres({ home, emit: () => {}, signal, cleanup: home }));
  await migrateQueue({ connectionString: adminUrl });
  const url = new URL(adminUrl);
  // These replace the options that BullMQ sets by itself, so its schema is named too.
  url.searchParams.set('options', '-c search_path=bullmq -c synchronous_commit=off');
  return { kind: 'postgres', url: url.href };
}

async function measure(connection: QueueConnection, signal: AbortSignal): Promise<{ add: number; process: number }> {
  const emit = () => {};
  await using jobs = openQueue({ queue: queueName, connection, emit, applicationName: 'bench' });
  const adding = performance.now();
  for (let added = 0; added < jobsARun; added += jobsAnAdd) {
    await jobs.add(Array.from({ length: jobsAnAdd }, crawlJob));
    signal.throwIfAborted();
  }
  const add = jobsARun / ((performance.now() - adding) / 1_000);

  const all = Promise.withResolvers<void>();
  let left = jobsARun;
  const processing = performance.now();
  await using _consumer = await consumeQueue({
    queue: queueName,
    connection,
    workerName: 'bench',
    concurrency,
    emit: (event) => {
      if (event.type !== 'job.ended') return;
      left -= 1;
      if (left === 0) all.resolve();
    },
    handle: async () => ({ ending: 'done' }),
  });
  await abandonOnAbort(all.promise, signal);
  return { add, process: jobsARun / ((performance.now() - processing) / 1_000) };
}

function crawlJob(): CrawlJob {
  return {
    v: 1,
    kind: 'page',
    leaseToken: randomUUID(),
    url: { p: `http://shop.test/directory/listings/${randomUUID()}` },
    deadlineMs: 60_000,
    delayMs: 1_000,
    pageId: '1',
    campaignId: '1',
    depth: 1,
    render: 'auto',
    region: 'GB',
    hostContext: { robots: [{ allow: false, pattern: '/private/' }] },
  };
}
