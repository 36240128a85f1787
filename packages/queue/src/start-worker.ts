import { type Emit, queueNames } from '@numfleet/contracts';
import { abandonOnAbort } from '@numfleet/service';
import { type Job, Worker } from 'bullmq';
import { backendOf, type QueueConnection } from './connection.ts';
import type { Messages } from './contract.ts';
import { createTroubleReporter } from './report-trouble.ts';

export interface RunningWorker extends AsyncDisposable {
  setConcurrency(jobs: number): void;
  isRunning(): boolean;
  /** Takes nothing new; resolves when the jobs that it has are done. */
  pause(): Promise<void>;
  /** Settles when its loop ends: paused, disposed, or by a defect. */
  ended: Promise<void>;
}

const lockMs = 30_000;

/**
 * A crawl job that stalls is not run again by the queue: the worker may still be alive on it, so Postgres decides (I2).
 * A result is: its commit is fenced and a sink that dies must not lose it; ten deaths on one result set it aside.
 */
const maxStalledCount = {
  [queueNames.crawl]: 0,
  [queueNames.results]: 10,
  [queueNames.reports]: 0,
  [queueNames.filters]: 0,
} as const;

/** Starts BullMQ's worker with the options of its queue; resolves when it is connected, rejects when `signal` aborts. */
export async function startWorker(deps: {
  queue: keyof Messages;
  connection: QueueConnection;
  workerName: string;
  concurrency: number;
  /** How often stalled jobs are looked for, ms. */
  stalledEveryMs: number;
  emit: Emit;
  signal: AbortSignal;
  process: (job: Job, token: string | undefined, signal: AbortSignal | undefined) => Promise<unknown>;
}): Promise<RunningWorker> {
  const { queue, connection, workerName, emit } = deps;
  const { factory, ...where } = backendOf({ connection, name: workerName, role: 'taker', max: 4, emit });
  const worker = new Worker(
    queue,
    // BullMQ passes the signal only to a processor that declares three parameters.
    async (job, token, signal) => await deps.process(job, token, signal as AbortSignal | undefined),
    {
      ...where,
      name: workerName,
      concurrency: deps.concurrency,
      lockDuration: lockMs,
      drainDelay: 5,
      // After a connection was refused; 15 s by default.
      runRetryDelay: 1_000,
      autorun: false,
      maxStalledCount: maxStalledCount[queue],
      stalledInterval: deps.stalledEveryMs,
    },
    factory,
  );
  const report = createTroubleReporter(queue, emit);
  worker.on('error', report);
  worker.on('lockRenewalFailed', (jobIds: string[]) => {
    // The queue may hand the job to another worker now: stop working on it here.
    for (const jobId of jobIds) worker.cancelJob(jobId, 'lock lost');
  });
  const dispose = async () => {
    // `worker.close()` waits for ever for a connection that is gone; force does not wait for jobs.
    const closed = worker.close(true).catch(report);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
  };
  try {
    await abandonOnAbort(worker.waitUntilReady(), deps.signal);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    ended: worker.run(),
    setConcurrency(jobs) {
      worker.concurrency = jobs;
    },
    isRunning: () => worker.isRunning(),
    // This ends the wait for jobs at once. With `pause(true)` that wait goes on, and the job that is given back next
    // wakes it and is taken once more.
    pause: () => worker.pause(),
    [Symbol.asyncDispose]: dispose,
  };
}
