import {
  type CrawlResult,
  errorCodeOf,
  type PageResult,
  type queueNames,
  type RobotsResult,
  type Tracer,
} from '@numfleet/contracts';
import type { JobQueue } from '@numfleet/queue';
import { sleep } from '@numfleet/service';
import type { Stages } from './stages.ts';

export interface HandOnDeps {
  results: JobQueue<typeof queueNames.results>;
  stages: Stages;
  tracer: Tracer;
  /**
   * How long the queue may be away before a result is given up, ms: as long as the lease outlasts the job, for then the page
   * is dispatched again anyway.
   */
  patienceMs: number;
}

/**
 * Stage 3.6: adds the result to its queue. One that does not fit is cut, links first, and says so (I8); findings are
 * never dropped for links, and rules that cannot be carried are never taken for permission.
 */
export function createHandOn(deps: HandOnDeps) {
  return (result: PageResult | RobotsResult): Promise<void> =>
    deps.stages.run('hand-on', result.kind === 'page' ? result.pageId : null, () => addWhatFits(result, deps));
}

async function addWhatFits(result: PageResult | RobotsResult, deps: HandOnDeps): Promise<void> {
  try {
    await addPatiently(result, deps);
  } catch (error) {
    if (errorCodeOf(error) !== 'result-too-large') throw error;
    await addWhatFits(result.kind === 'page' ? smaller(result) : forbidding(result), deps);
  }
}

const pauseMs = 250;

/** Adding it twice, because the answer was lost, is adding it once. */
export async function addPatiently(result: CrawlResult, { results, tracer, patienceMs }: HandOnDeps): Promise<void> {
  const endsAt = performance.now() + patienceMs;
  while (true) {
    try {
      return await results.add([result], tracer.traceparent);
    } catch (error) {
      if (errorCodeOf(error) !== 'queue-unavailable' || performance.now() > endsAt) throw error;
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
