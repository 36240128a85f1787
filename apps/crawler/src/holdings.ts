import { AsyncLocalStorage } from 'node:async_hooks';
import { type Emit, type JobResource, jobResources } from '@numfleet/contracts';

/** What jobs hold, and what is still held of them after their end (G21). */
export interface Holdings {
  /** Runs a job; what is held within `work` belongs to it, however long it is held. */
  job<T>(work: () => Promise<T>): Promise<T>;
  /** The resource is held until `use` settles: it is to be the use itself, not a wait for it that can be given up. */
  hold<T>(resource: JobResource, use: Promise<T>): Promise<T>;
}

interface Job {
  held: Map<JobResource, number>;
  ended: boolean;
}

/**
 * Waits are abandoned at their deadline (I6), so that a job ends whether or not what it started does; only this tells
 * the two apart. Tells of a resource whenever the number of those outliving their job changes.
 */
export function createHoldings(emit: Emit): Holdings {
  const current = new AsyncLocalStorage<Job>();
  const outliving = new Map<JobResource, number>();
  const change = (resource: JobResource, by: number) => {
    if (by === 0) return;
    const held = (outliving.get(resource) ?? 0) + by;
    outliving.set(resource, held);
    emit({ type: 'job.outlived', resource, held });
  };
  // A gauge that was never set cannot be told from one that is not there.
  for (const resource of jobResources) emit({ type: 'job.outlived', resource, held: 0 });

  return {
    async job(work) {
      const job: Job = { held: new Map(), ended: false };
      try {
        return await current.run(job, work);
      } finally {
        job.ended = true;
        for (const [resource, held] of job.held) change(resource, held);
      }
    },
    async hold(resource, use) {
      const job = current.getStore();
      const count = (by: number) => {
        job?.held.set(resource, (job.held.get(resource) ?? 0) + by);
        if (job?.ended) change(resource, by);
      };
      count(1);
      try {
        return await use;
      } finally {
        count(-1);
      }
    },
  };
}
