import { fileURLToPath } from 'node:url';
import { NumfleetError, type PageJob } from '@numfleet/contracts';
import { robotsTagOf } from '@numfleet/egress';
import { Tinypool } from 'tinypool';
import type { FetchedDocument } from './fetch-page.ts';
import type { Holdings } from './holdings.ts';
import { createHostNumbers } from './host-numbers.ts';
import type { Rendered } from './page-run.ts';
import type { Reading, ReadTask, ThreadKeys } from './page-thread.ts';
import type { Stages } from './stages.ts';

export interface PageReader extends AsyncDisposable {
  /** Stages 3.3 to 3.5, of the document as it was fetched or as the browser left it. Throws `extract-timeout` when `signal` aborts; the thread is then terminated (I6). */
  read(job: PageJob, fetched: FetchedDocument, rendered: Rendered | null, signal: AbortSignal): Promise<Reading>;
}

/** Terminating a thread is what bounds it; one thread per core keeps reading from starving the fetches. */
export function createPageReader(deps: {
  keys: ThreadKeys;
  threads: number;
  holdings: Holdings;
  stages: Stages;
}): PageReader {
  const pool = new Tinypool({
    filename: fileURLToPath(new URL('./page-thread.ts', import.meta.url)),
    runtime: 'worker_threads',
    minThreads: 1,
    maxThreads: deps.threads,
    idleTimeout: 60_000,
    workerData: deps.keys,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  const known = new Set(pool.threads);
  const hostNumbers = createHostNumbers();
  /** Those that the pool has told to end; they end later, which `terminate` waits for. */
  const letGo = () => {
    const gone = [...known].filter((thread) => !pool.threads.includes(thread));
    for (const thread of gone) known.delete(thread);
    return gone;
  };
  return {
    async read(job, fetched, rendered, signal) {
      const { campaignId } = job;
      const task = { ...taskFor(job, fetched, rendered), hostNumbers: hostNumbers.of(campaignId, fetched.url) };
      try {
        const running = pool.run(task, { name: 'readPage', signal });
        for (const thread of pool.threads) known.add(thread);
        const reading: Reading = await running;
        hostNumbers.learn(campaignId, fetched.url, reading.numberRegions);
        for (const { stage, ...at } of reading.stages) deps.stages.ran(stage, job.pageId, at);
        return reading;
      } catch (error) {
        if (!signal.aborted) throw error;
        for (const thread of letGo()) void deps.holdings.hold('thread', thread.terminate());
        throw new NumfleetError('extract-timeout', 'Reading the page took too long.', { cause: error });
      }
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

function taskFor(job: PageJob, fetched: FetchedDocument, rendered: Rendered | null): Omit<ReadTask, 'hostNumbers'> {
  return {
    pageId: job.pageId,
    leaseToken: job.leaseToken,
    region: job.region,
    url: fetched.url,
    fetched: fetched.body,
    contentType: fetched.headers['content-type'] ?? null,
    robotsTag: robotsTagOf(fetched.headers, Date.now()),
    rendered: rendered && {
      html: rendered.html,
      partial: rendered.cuts.includes('time') || rendered.failedRequests > 0,
    },
    moreLinks: rendered?.navigatedTo ?? [],
  };
}
