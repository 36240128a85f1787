import type { Emit, queueNames } from '@numfleet/contracts';
import type { JobQueue } from '@numfleet/queue';

/** How often it is looked where the messages wait; rounds of dispatching come 20 times a second. */
const lookEveryMs = 500;

/**
 * Measures for how long nothing could be dispatched because the window was full (G22), by the queue that holds the larger
 * part of it: results when the sink is behind, crawl jobs when the workers are. A full window is not trouble by itself.
 */
export function createBackpressure(deps: {
  crawl: JobQueue<typeof queueNames.crawl>;
  results: JobQueue<typeof queueNames.results>;
  emit: Emit;
}): (full: boolean) => Promise<void> {
  let since: number | null = null;
  return async (full) => {
    const now = performance.now();
    since ??= full ? now : null;
    if (since === null || (full && now - since < lookEveryMs)) return;
    const seconds = (now - since) / 1_000;
    since = full ? now : null;
    const [crawl, results] = await Promise.all([deps.crawl.depth(), deps.results.depth()]);
    const behind = results.waiting + results.active > crawl.waiting ? deps.results : deps.crawl;
    deps.emit({ type: 'dispatch.held', queue: behind.name, seconds });
  };
}
