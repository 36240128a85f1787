import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';
import type * as tasks from './document-thread.ts';

type Tasks = typeof tasks;
type Result<Name extends keyof Tasks> = Awaited<ReturnType<Tasks[Name]>>;

/** A PDF may hold a program, or a picture of every page of a library: its thread is ended then. */
const usualLimitMs = 30_000;
const limitMegabytes = 1_024;

export type DocumentThreads = AsyncDisposable & {
  /** How many run at once: one a core. */
  count: number;
  /** How many limited tasks are running. */
  limited(): number;
  run<Name extends keyof Tasks>(name: Name, task: Parameters<Tasks[Name]>[0]): Promise<Result<Name>>;
  /** The same, for 30 s and 1 GiB of heap at most; null beyond them. Begins at once while fewer than `count` are running. */
  runLimited<Name extends keyof Tasks>(name: Name, task: Parameters<Tasks[Name]>[0]): Promise<Result<Name> | null>;
};

/** Threads that read documents, started as they are needed. */
export function createDocumentThreads(signal: AbortSignal, limitMs = usualLimitMs): DocumentThreads {
  const count = availableParallelism();
  const filename = fileURLToPath(new URL('./document-thread.ts', import.meta.url));
  const common = { filename, runtime: 'worker_threads' as const, minThreads: 0, maxThreads: count };
  const pool = new Tinypool(common);
  const limitedPool = new Tinypool({ ...common, resourceLimits: { maxOldGenerationSizeMb: limitMegabytes } });
  let limited = 0;
  return {
    count,
    limited: () => limited,
    run: (name, task) => observed(pool.run(task, { name, signal })),
    runLimited: (name, task) => observed(runLimited(name, task)),
    async [Symbol.asyncDispose]() {
      await Promise.all([pool.destroy(), limitedPool.destroy()]);
    },
  };

  async function runLimited<Name extends keyof Tasks>(name: Name, task: unknown): Promise<Result<Name> | null> {
    limited += 1;
    try {
      const timed = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
      return await limitedPool.run(task, { name, signal: timed });
    } catch {
      signal.throwIfAborted();
      return null;
    } finally {
      limited -= 1;
    }
  }
}

/** Results are awaited in the order of the documents: one may fail long before its turn. */
function observed<Value>(result: Promise<Value>): Promise<Value> {
  result.catch(() => {});
  return result;
}
