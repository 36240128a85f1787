import { type DeadLetterCode, type Emit, errorCodeOf, type JobEnding, queueNames } from '@numfleet/contracts';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { backendOf, type QueueConnection } from './connection.ts';
import { type Messages, parse } from './contract.ts';

/** How a handler ended: done, given back for another worker, or set aside with a code. A throw is a failure. */
export type Handled = { ending: 'done' } | { ending: 'given-back' } | { ending: 'dead-letter'; code: DeadLetterCode };

export interface Consumer extends AsyncDisposable {
  /** Connected and able to take jobs; the reason when it is not. */
  health(): { ok: boolean; reason?: string };
  inFlight(): number;
  /** Takes nothing new and waits for what it has; when `signal` aborts, handlers are told to give back. */
  drain(signal: AbortSignal): Promise<void>;
}

const lockMs = 30_000;

/**
 * A crawl job that stalls is not run again by the queue: the worker may still be alive on it, so Postgres decides (I2).
 * A result is: its commit is fenced and a sink that dies must not lose it; ten deaths on one result set it aside.
 */
const stalls = {
  [queueNames.crawl]: { maxStalledCount: 0, stalledInterval: 10_000 },
  [queueNames.results]: { maxStalledCount: 10, stalledInterval: 10_000 },
} as const;

/** Processes a queue. Every message taken ends exactly once in an event, so that taken = ended (I9). */
export async function consumeQueue<Q extends keyof Messages>(deps: {
  queue: Q;
  connection: QueueConnection;
  workerName: string;
  concurrency: number;
  emit: Emit;
  handle: (message: Messages[Q], context: { jobId: string; signal: AbortSignal }) => Promise<Handled>;
  onDeadLetter?: (jobId: string, code: DeadLetterCode) => Promise<void>;
}): Promise<Consumer> {
  const giveBack = new AbortController();
  const inFlight = new Set<Promise<unknown>>();
  const process: Process = (job, token, signal) => {
    const stop = signal ? AbortSignal.any([signal, giveBack.signal]) : giveBack.signal;
    const running = processJob(deps, job, token, stop).finally(() => inFlight.delete(running));
    inFlight.add(running);
    return running;
  };
  const worker = createWorker(deps, process);
  const health = watchHealth(worker, deps.queue, deps.emit);
  await worker.waitUntilReady();
  return {
    health,
    inFlight: () => inFlight.size,
    async drain(signal) {
      // This ends the wait for jobs at once. With `pause(true)` that wait goes on, and the job that is given back next
      // wakes it and is taken once more.
      const paused = worker.pause();
      const onAbort = () => giveBack.abort(signal.reason);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      await paused;
    },
    async [Symbol.asyncDispose]() {
      // `worker.close()` waits for ever for a connection that is gone; force does not wait for jobs.
      giveBack.abort();
      await Promise.race([worker.close(true), new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
    },
  };
}

async function processJob<Q extends keyof Messages>(
  deps: Parameters<typeof consumeQueue<Q>>[0],
  job: Job,
  token: string | undefined,
  signal: AbortSignal,
): Promise<{ ending: JobEnding }> {
  const jobId = job.id ?? '';
  const startedAt = performance.now();
  const end = (ending: JobEnding) =>
    deps.emit({
      type: 'job.ended',
      queue: deps.queue,
      jobId,
      ending,
      seconds: (performance.now() - startedAt) / 1_000,
    });
  deps.emit({ type: 'job.taken', queue: deps.queue, jobId });
  let handled: Handled;
  try {
    const parsed = parse(deps.queue, job.data);
    handled = parsed.ok
      ? await deps.handle(parsed.message, { jobId, signal })
      : { ending: 'dead-letter', code: parsed.code };
    if (handled.ending === 'given-back') {
      // A queue that is gone just now finds the job stalled later, which comes to the same.
      await job.moveToWait(token).catch((error) => deps.emit({ type: 'queue.error', queue: deps.queue, error }));
    }
    if (handled.ending === 'dead-letter') await deps.onDeadLetter?.(jobId, handled.code);
  } catch (error) {
    end('failed');
    deps.emit({ type: 'job.errored', queue: deps.queue, jobId, code: errorCodeOf(error), error });
    // Only the code goes into the queue: BullMQ stores message and stack in plain text.
    throw new UnrecoverableError(errorCodeOf(error));
  }
  end(handled.ending);
  if (handled.ending === 'given-back') throw new WaitingError();
  if (handled.ending === 'dead-letter') {
    deps.emit({ type: 'job.dead-lettered', queue: deps.queue, jobId, code: handled.code });
    throw new UnrecoverableError(handled.code);
  }
  return { ending: handled.ending };
}

type Settings = Pick<Parameters<typeof consumeQueue>[0], 'queue' | 'connection' | 'workerName' | 'concurrency'>;
type Process = (job: Job, token?: string, signal?: AbortSignal) => Promise<unknown>;

function createWorker(settings: Settings, process: Process) {
  const { factory, options } = backendOf(settings.connection, settings.workerName, 4);
  return new Worker(
    settings.queue,
    // BullMQ passes the signal only to a processor that declares three parameters.
    async (job, token, signal) => await process(job, token, signal as AbortSignal | undefined),
    {
      connection: options,
      name: settings.workerName,
      concurrency: settings.concurrency,
      lockDuration: lockMs,
      drainDelay: 5,
      ...stalls[settings.queue],
    },
    factory,
  );
}

function watchHealth(worker: ReturnType<typeof createWorker>, queue: keyof Messages, emit: Emit): Consumer['health'] {
  let troubleSince: number | null = null;
  worker.on('error', (error: unknown) => {
    troubleSince ??= Date.now();
    emit({ type: 'queue.error', queue, error });
  });
  worker.on('lockRenewalFailed', (jobIds: string[]) => {
    // The queue may hand the job to another worker now: stop working on it here.
    for (const jobId of jobIds) worker.cancelJob(jobId, 'lock lost');
  });
  const recovered = () => {
    troubleSince = null;
  };
  worker.on('active', recovered).on('drained', recovered).on('locksRenewed', recovered);
  return () => {
    if (!worker.isRunning()) return { ok: false, reason: 'the queue worker is not running' };
    if (troubleSince !== null) return { ok: false, reason: 'the queue cannot be reached' };
    return { ok: true };
  };
}
