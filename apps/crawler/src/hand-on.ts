import {
  type CrawlResult,
  errorCodeOf,
  NumfleetError,
  type PageResult,
  type queueNames,
  type RobotsResult,
} from '@numfleet/contracts';
import type { JobQueue } from '@numfleet/queue';
import { sleep } from '@numfleet/service';

/**
 * Stage 3.6: adds the result to its queue. One that does not fit is cut, links first, and says so (I8); findings are
 * never dropped for links, and rules that cannot be carried are never taken for permission.
 */
export function createHandOn(deps: { results: JobQueue<typeof queueNames.results> }) {
  return async function handOn(result: CrawlResult): Promise<void> {
    try {
      await addPatiently(deps.results, result);
    } catch (error) {
      if (errorCodeOf(error) !== 'result-too-large') throw error;
      await handOn(result.kind === 'page' ? smaller(result) : forbidding(result));
    }
  };
}

/** How long the queue may be gone before a result is given up, ms: a page is not fetched twice for a short absence. */
const patienceMs = 20_000;
const pauseMs = 250;

/** Adding it twice, because the answer was lost, is adding it once. */
async function addPatiently(results: JobQueue<typeof queueNames.results>, result: CrawlResult): Promise<void> {
  const endsAt = performance.now() + patienceMs;
  while (true) {
    try {
      return await results.add([result]);
    } catch (error) {
      if (error instanceof NumfleetError || performance.now() > endsAt) throw error;
      await sleep(pauseMs);
    }
  }
}

function smaller(result: PageResult): PageResult {
  if (result.links.length > 0) {
    const links = result.links.slice(0, Math.floor(result.links.length / 2));
    return { ...result, links, cuts: [...new Set([...result.cuts, 'links' as const])] };
  }
  return { ...result, sealed: null, findings: 0, outcome: 'failed', code: 'result-too-large' };
}

function forbidding(result: RobotsResult): RobotsResult {
  return { ...result, code: 'result-too-large', rules: [{ allow: false, pattern: '/' }] };
}
