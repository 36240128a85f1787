import { abandonOnAbort, createDeadline } from './deadline.ts';

/** A place that tasks are started in and cannot outlive: disposing it aborts them and waits, with a bound. */
export interface TaskScope extends AsyncDisposable {
  readonly signal: AbortSignal;
  /** Starts a task. Its failure aborts nothing; it goes to `onError`. Throws when the scope has ended. */
  run(name: string, task: (signal: AbortSignal) => Promise<void>): void;
  /** Names of the tasks that are alive. */
  alive(): string[];
}

/**
 * `onError` hears of each task that failed while the scope was open. `graceMs` bounds how long disposal waits for tasks
 * that ignore their signal; those that are then still alive go to `onAbandoned` by name, because nothing leaves in
 * silence (I10).
 */
export function createTaskScope(deps: {
  signal?: AbortSignal;
  graceMs: number;
  onError: (name: string, error: unknown) => void;
  onAbandoned: (names: string[]) => void;
}): TaskScope {
  const controller = new AbortController();
  const signal = deps.signal ? AbortSignal.any([deps.signal, controller.signal]) : controller.signal;
  const tasks = new Map<Promise<void>, string>();
  return {
    signal,
    run(name, task) {
      signal.throwIfAborted();
      const running = watch(task(signal), (error) => {
        if (!signal.aborted) deps.onError(name, error);
      }).finally(() => tasks.delete(running));
      tasks.set(running, name);
    },
    alive: () => [...tasks.values()],
    async [Symbol.asyncDispose]() {
      controller.abort();
      using grace = createDeadline(deps.graceMs);
      await abandonOnAbort(Promise.allSettled(tasks.keys()), grace.signal).catch(() => {});
      if (tasks.size > 0) deps.onAbandoned([...tasks.values()]);
    },
  };
}

async function watch(task: Promise<void>, onError: (error: unknown) => void): Promise<void> {
  try {
    await task;
  } catch (error) {
    onError(error);
  }
}
