import type { queueNames } from '@numfleet/contracts';
import type { JobQueue } from '@numfleet/queue';
import { readFrontierFigures, type Store } from '@numfleet/store';

/** What crawlers are scaled by; `/demand` of the scheduler's admin port answers it. */
export interface Demand {
  /** Crawl jobs in the queue, and those that crawlers work on. */
  waiting: number;
  active: number;
  /** Pages and robots files that could be dispatched at this moment, if the window had room. */
  claimable: number;
  jobs: number;
  /** Jobs that one crawler works on at a time. */
  capacity: number;
  /** Crawlers that these jobs keep busy: above 0 whenever there is a job, also where there is no crawler. */
  workers: number;
}

/** The figure of the queue alone would say nothing: the window bounds it (I8). */
export function createReadDemand(deps: {
  store: Store;
  crawl: JobQueue<typeof queueNames.crawl>;
  capacity: number;
}): () => Promise<Demand> {
  return async () => {
    const [{ waiting, active }, { claimable }] = await Promise.all([
      deps.crawl.depth(),
      readFrontierFigures(deps.store, { now: new Date() }),
    ]);
    const jobs = waiting + active + claimable;
    return { waiting, active, claimable, jobs, capacity: deps.capacity, workers: Math.ceil(jobs / deps.capacity) };
  };
}
