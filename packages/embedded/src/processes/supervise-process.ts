import { once } from 'node:events';
import { type Emit, NumfleetError, type RestartReason } from '@numfleet/contracts';
import { abandonOnAbort, createDeadline, sleep } from '@numfleet/service';
import { openBoundedLog } from './bounded-log.ts';
import type { ProcessExit, ProcessSpec, ProcessState } from './process-spec.ts';
import { type GuardedProcess, spawnGuarded } from './spawn-guarded.ts';
import { watchLiveness } from './watch-liveness.ts';

const firstDelayMs = 250;
const maxDelayMs = 10_000;
/** A process that was ready for this long starts again with the first delay. */
const healthyMs = 30_000;
/** So many ends in a row without being ready once are a crash loop. */
const maxFailedStarts = 5;
const readyPollMs = 50;

export interface SupervisedProcess {
  /** Starts it, and resolves when it is ready for the first time. Throws `fleet-unhealthy` on a crash loop. */
  start(signal: AbortSignal): Promise<void>;
  /** Ends it within the bounds of its spec. Never rejects. */
  stop(): Promise<void>;
  state(): ProcessState;
  /** Rejects with `fleet-unhealthy` when it is given up; pending otherwise. */
  failed: Promise<never>;
}

/** Keeps one process running: started again after every end that was not asked for, with growing delays. */
export function superviseProcess(spec: ProcessSpec, emit: Emit): SupervisedProcess {
  const state: ProcessState = {
    name: spec.name,
    phase: 'waiting',
    pid: null,
    restarts: 0,
    lastExit: null,
    logFile: spec.logFile,
  };
  const stopping = new AbortController();
  const firstReady = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  let running: Promise<void> | null = null;

  return {
    async start(signal) {
      stopping.signal.throwIfAborted();
      running ??= keepRunning({ spec, emit, state, stopping: stopping.signal, onReady: firstReady.resolve })
        .catch((error) => {
          if (!stopping.signal.aborted) failed.reject(error);
        })
        .finally(() => {
          state.phase = 'stopped';
        });
      await abandonOnAbort(
        Promise.race([firstReady.promise, failed.promise]),
        AbortSignal.any([signal, stopping.signal]),
      );
    },
    async stop() {
      stopping.abort(new NumfleetError('aborted', `${spec.name} is being stopped.`));
      await running;
      state.phase = 'stopped';
    },
    state: () => ({ ...state }),
    failed: failed.promise,
  };
}

interface Running {
  spec: ProcessSpec;
  emit: Emit;
  state: ProcessState;
  stopping: AbortSignal;
  onReady: () => void;
}

async function keepRunning(running: Running): Promise<void> {
  const { spec, emit, state, stopping } = running;
  await using log = await openBoundedLog(spec.logFile);
  let delays = 0;
  let failedStarts = 0;
  while (!stopping.aborted) {
    const { readyForMs, isHung } = await runOnce(running, log.fd);
    if (stopping.aborted) return;
    failedStarts = readyForMs === null ? failedStarts + 1 : 0;
    if (failedStarts >= maxFailedStarts) throw crashLoop(spec, state.lastExit);
    delays = (readyForMs ?? 0) >= healthyMs ? 0 : delays + 1;
    const inMs = delayBefore(delays);
    state.phase = 'restarting';
    const reason = isHung ? 'hung' : reasonOf(state.lastExit, readyForMs);
    emit({ type: 'process.restarting', process: spec.name, reason, inMs });
    await sleep(inMs, stopping).catch(() => {});
    state.restarts += 1;
  }
}

/** One life of the process, from its start to its end, whichever of the ways it takes. */
async function runOnce(running: Running, logFd: number): Promise<{ readyForMs: number | null; isHung: boolean }> {
  const { spec, emit, state, stopping, onReady } = running;
  state.phase = 'starting';
  await spec.beforeStart?.(stopping);
  const child = spawnGuarded({ ...spec, logFd, lastSignal: spec.stop[0]?.signal ?? 'SIGTERM' });
  state.pid = child.pid;
  emit({ type: 'process.spawned', process: spec.name, pid: child.pid });

  const gone = new AbortController();
  void child.exited.then(() => gone.abort());
  const over = AbortSignal.any([stopping, gone.signal]);
  const readyAt = (await becomesReady(spec, over)) ? performance.now() : null;
  let isHung = false;
  if (readyAt !== null) {
    state.phase = 'ready';
    onReady();
    isHung = (await untilOver(spec, over)) === 'hung';
  }
  const asked = stopping.aborted && !gone.signal.aborted;
  const readyForMs = readyAt === null ? null : performance.now() - readyAt;
  if (asked) state.phase = 'stopping';
  // What does not answer would not hear a signal either.
  const exit = { ...(await (isHung ? killProcess(child) : endProcess(child, spec))), asked };
  state.pid = null;
  state.lastExit = { ...exit, at: Date.now() };
  emit({ type: 'process.exited', process: spec.name, pid: child.pid, ...exit });
  return { readyForMs, isHung };
}

/** Whether it says that it is ready before it ends, is told to end, or takes too long. */
async function becomesReady(spec: ProcessSpec, over: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([over, AbortSignal.timeout(spec.readyTimeoutMs)]);
  while (!signal.aborted) {
    const ready = await abandonOnAbort(spec.ready(signal), signal).catch(() => false);
    if (ready) return true;
    await sleep(readyPollMs, signal).catch(() => {});
  }
  return false;
}

async function untilOver({ liveness }: ProcessSpec, over: AbortSignal): Promise<'hung' | 'over'> {
  if (liveness !== undefined) return await watchLiveness(liveness, over);
  if (!over.aborted) await once(over, 'abort');
  return 'over';
}

async function endProcess(child: GuardedProcess, spec: ProcessSpec) {
  for (const { signal, waitMs } of spec.stop) {
    const exit = await exitWithin(child, waitMs, () => child.kill(signal));
    if (exit !== null) return exit;
  }
  return await killProcess(child);
}

/** A process that is stuck in the kernel survives even this; nobody waits for it. */
async function killProcess(child: GuardedProcess) {
  return (await exitWithin(child, 5_000, () => child.killGroup())) ?? { exitCode: null, signal: 'SIGKILL' as const };
}

async function exitWithin(child: GuardedProcess, ms: number, act: () => void) {
  using deadline = createDeadline(ms);
  act();
  return await abandonOnAbort(child.exited, deadline.signal).catch(() => null);
}

function reasonOf(exit: ProcessExit | null, readyForMs: number | null): RestartReason {
  if (exit?.exitCode) return 'failed';
  // It was ended by us, so how it ended tells nothing.
  if (readyForMs === null) return 'never-ready';
  return exit?.exitCode === 0 ? 'ended' : 'killed';
}

function delayBefore(attempt: number): number {
  const delay = Math.min(maxDelayMs, firstDelayMs * 2 ** Math.max(0, attempt - 1));
  return Math.round(delay * (0.8 + 0.4 * Math.random()));
}

function crashLoop(spec: ProcessSpec, exit: ProcessExit | null): NumfleetError {
  const how = exit?.signal ?? `exit code ${exit?.exitCode ?? 'unknown'}`;
  return new NumfleetError(
    'fleet-unhealthy',
    `${spec.name} ended ${maxFailedStarts} times before it was ready, last with ${how}. Its log is ${spec.logFile}.`,
  );
}
