import { errorCodeOf, jobIdOf, maxListedUrls, NumfleetError, type queueNames } from '@numfleet/contracts';
import type { JobQueue } from '@numfleet/queue';
import { sleep } from '@numfleet/service';
import type { CrawledSitemap } from './crawl-sitemap.ts';
import { addPatiently, type HandOnDeps } from './hand-on.ts';

/**
 * Stage 3.6 of a sitemap: its parts, one after the other, each as large as fits (I8). All have the id of their lease, so that
 * whoever settles leases finds the one that waits; a part is added when the one before is committed and gone from the queue.
 * Throws `queue-unavailable` when that takes too long: the lease then runs out, and the sitemap is fetched again.
 */
export function createHandOnSitemap(deps: HandOnDeps) {
  return (sitemap: CrawledSitemap): Promise<void> =>
    deps.stages.run('hand-on', sitemap.end.pageId, () => addParts(sitemap, deps));
}

async function addParts(sitemap: CrawledSitemap, deps: HandOnDeps): Promise<void> {
  const until = performance.now() + deps.patienceMs;
  let [part, from, most] = [0, 0, maxListedUrls];
  for (;;) {
    const { result, taken } = sitemap.partOf(part, from, most);
    try {
      await addPatiently(result, deps);
    } catch (error) {
      if (errorCodeOf(error) !== 'result-too-large') throw error;
      most = Math.ceil(taken / 2);
      continue;
    }
    if (result.isLast) return;
    await untilGone(jobIdOf(result), deps.results, until);
    part += 1;
    from += taken;
  }
}

const askAgainMs = 50;

/** One that was set aside stays in the queue. */
async function untilGone(jobId: string, results: JobQueue<typeof queueNames.results>, until: number): Promise<void> {
  for (;;) {
    const state = await results.stateOf(jobId).then(
      (known) => known.state,
      () => 'unknown' as const,
    );
    if (state === 'gone') return;
    if (state === 'failed' || performance.now() > until) {
      throw new NumfleetError('queue-unavailable', 'A part of a sitemap was not committed.');
    }
    await sleep(askAgainMs);
  }
}
