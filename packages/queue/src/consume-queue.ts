import { NumfleetError } from '@numfleet/contracts';
import { abandonOnAbort } from '@numfleet/service';
import type { QueueConnection } from './connection.ts';
import type { Messages } from './contract.ts';
import { openQueue } from './open-queue.ts';
import { type ProcessJobDeps, processJob } from './process-job.ts';
import { withoutCommand } from './report-trouble.ts';
import { type RunningWorker, startWorker } from './start-worker.ts';
import { type Health, watchProgress } from './watch-progress.ts';

export interface Consumer extends AsyncDisposable {
  /** The queue answers and the worker gets on; the reason when not. */
  health(): Health;
  inFlight(): number;
  /** Takes nothing new and waits for what it has; when `signal` aborts, handlers are told to give back. */
  drain(signal: AbortSignal): Promise<void>;
}

export interface ConsumeQueueDeps<Q extends keyof Messages> extends ProcessJobDeps<Q> {
  connection: QueueConnection;
  workerName: string;
  concurrency: number;
  /** Told when the worker takes jobs no more although nobody told it to stop, with an error or without (G23). */
  onEnded?: (error: unknown) => void;
  /** How often the worker's progress is looked at, ms; it is renewed after five looks without any. */
  lookEveryMs?: number;
  /** How often it looks for jobs whose worker let their lock run out, ms. */
  stalledEveryMs?: number;
}

const renewWithinMs = 10_000;
/** For jobs to end once they are told to; a process that failed is given 10 s for all that it has to end. */
const giveBackMs = 4_000;

/** Processes a queue, with a worker that is replaced when it is stuck. Resolves when it is connected. */
export async function consumeQueue<Q extends keyof Messages>(deps: ConsumeQueueDeps<Q>): Promise<Consumer> {
  const { queue, connection, workerName, emit } = deps;
  const giveBack = new AbortController();
  const inFlight = new Set<Promise<unknown>>();
  let taken = 0;
  let isStopping = false;
  let worker: RunningWorker;

  async function start(signal: AbortSignal): Promise<RunningWorker> {
    // What its predecessor still works on counts, until it has ended.
    const left = [...inFlight];
    const concurrency = Math.max(1, deps.concurrency - left.length);
    const { stalledEveryMs = 10_000 } = deps;
    const settings = { queue, connection, workerName, concurrency, stalledEveryMs, emit };
    const started = await startWorker({ ...settings, signal, process });
    if (left.length > 0) void Promise.allSettled(left).then(() => started.setConcurrency(deps.concurrency));
    started.ended.then(
      () => endedBy(started, new NumfleetError('loop-ended', 'The queue worker has stopped taking jobs by itself.')),
      (error) => endedBy(started, error),
    );
    return started;
  }
  function process(...[job, token, signal]: Parameters<Parameters<typeof startWorker>[0]['process']>) {
    taken += 1;
    const stop = signal ? AbortSignal.any([signal, giveBack.signal]) : giveBack.signal;
    const running = processJob(deps, job, token, stop).finally(() => inFlight.delete(running));
    inFlight.add(running);
    return running;
  }
  function endedBy(ended: RunningWorker, error: unknown): void {
    if (ended === worker && !isStopping) deps.onEnded?.(error);
  }
  async function renew(): Promise<void> {
    const stuck = worker;
    try {
      worker = await start(AbortSignal.timeout(renewWithinMs));
      emit({ type: 'queue.worker-renewed', queue });
    } catch (error) {
      emit({ type: 'queue.error', queue, error: withoutCommand(error) });
      return;
    }
    await stuck[Symbol.asyncDispose]();
  }

  worker = await start(new AbortController().signal);
  const asking = openQueue({ queue, connection, emit, applicationName: `${workerName}-watch` });
  const watch = watchProgress({
    everyMs: deps.lookEveryMs ?? 2_000,
    waiting: async () => (await asking.depth()).waiting,
    hasRoom: () => inFlight.size < deps.concurrency,
    taken: () => taken,
    renew,
  });
  return {
    health: () => (worker.isRunning() ? watch.health() : { ok: false, reason: 'the queue worker is not running' }),
    inFlight: () => inFlight.size,
    async drain(signal) {
      isStopping = true;
      await watch[Symbol.asyncDispose]();
      const paused = worker.pause();
      const onAbort = () => giveBack.abort(signal.reason);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      await paused;
      await Promise.allSettled(inFlight);
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      // Else what is given back would be taken once more. An idle worker is not paused: its connection would be made anew.
      const paused = inFlight.size > 0 ? worker.pause() : null;
      giveBack.abort(new NumfleetError('aborted', 'The worker is stopping.'));
      await watch[Symbol.asyncDispose]();
      // What they hold on to goes away next; a job cut off then is one that nobody accounts for (I9, G23).
      const ended = Promise.allSettled([paused, ...inFlight]);
      await abandonOnAbort(ended, AbortSignal.timeout(giveBackMs)).catch(() => {});
      await worker[Symbol.asyncDispose]();
      await asking[Symbol.asyncDispose]();
    },
  };
}
