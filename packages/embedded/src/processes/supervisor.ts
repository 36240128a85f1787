import type { Emit } from '@numfleet/contracts';
import type { ProcessSpec, ProcessState } from './process-spec.ts';
import { type SupervisedProcess, superviseProcess } from './supervise-process.ts';

export interface Supervisor extends AsyncDisposable {
  /** Before `start`; what it names in `after` must have been added. */
  add(spec: ProcessSpec): void;
  /** Starts each when what it comes after is ready; resolves when all are. Throws `fleet-unhealthy` on a crash loop. */
  start(signal: AbortSignal): Promise<void>;
  /** Stops each when what comes after it has stopped. Never rejects. */
  stop(): Promise<void>;
  processes(): ProcessState[];
  /** Rejects with `fleet-unhealthy` when a process is given up; pending otherwise. */
  failed: Promise<never>;
}

/** Runs several processes that depend on one another, and keeps them running until it is stopped. */
export function createSupervisor({ emit }: { emit: Emit }): Supervisor {
  const members = new Map<string, { spec: ProcessSpec; process: SupervisedProcess }>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  let stopped: Promise<void> | null = null;

  const supervisor: Supervisor = {
    add(spec) {
      const unknown = spec.after.find((name) => !members.has(name));
      if (unknown !== undefined) throw new Error(`${spec.name} is to start after ${unknown}, which was not added.`);
      if (members.has(spec.name)) throw new Error(`There are two processes named ${spec.name}.`);
      const process = superviseProcess(spec, emit);
      process.failed.catch(failed.reject);
      members.set(spec.name, { spec, process });
    },
    async start(signal) {
      const started = new Map<string, Promise<void>>();
      for (const [name, { spec, process }] of members) {
        const before = spec.after.map((other) => started.get(other));
        started.set(
          name,
          Promise.all(before).then(() => process.start(signal)),
        );
      }
      await Promise.all(started.values());
    },
    async stop() {
      stopped ??= stopAll();
      await stopped;
    },
    processes: () => [...members.values()].map(({ process }) => process.state()),
    failed: failed.promise,
    [Symbol.asyncDispose]: () => supervisor.stop(),
  };
  return supervisor;

  async function stopAll(): Promise<void> {
    const ended = new Map<string, Promise<void>>();
    for (const [name, { process }] of [...members].reverse()) {
      const dependants = [...members.values()].filter(({ spec }) => spec.after.includes(name));
      const before = dependants.map(({ spec }) => ended.get(spec.name));
      ended.set(
        name,
        Promise.all(before).then(() => process.stop()),
      );
    }
    await Promise.all(ended.values());
  }
}
