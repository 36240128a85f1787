import type { CrawlResult, Emit, RobotsResult } from '@numfleet/contracts';
import type { Handled } from '@numfleet/queue';
import type { CommitPages } from './commit-pages.ts';
import type { CommitRobots } from './commit-robots.ts';
import type { OpenedResult, OpenResult } from './open-result.ts';
import type { PrepareCommits } from './prepare-commits.ts';

export interface CommitResultDeps {
  openResult: OpenResult;
  prepareCommits: PrepareCommits;
  commitPages: CommitPages;
  commitRobots: CommitRobots;
  emit: Emit;
}

/**
 * Stage 5 of a page's life (ARCHITECTURE.md), for a gathered batch: how each result ended, in order. A result whose
 * lease is another's by now changes nothing and is done (I2). Throws what a later try may cure: nothing is committed then.
 */
export function createCommitResult(deps: CommitResultDeps) {
  return async function commitResults(results: readonly CrawlResult[]): Promise<Handled[]> {
    const startedAt = performance.now();
    const endings = new Map<CrawlResult, Handled>();

    for (const robots of results.filter(isRobots)) endings.set(robots, await deps.commitRobots(robots));

    // 5.1 open: seals and URLs, outside the transaction; a result of which one does not open is set aside.
    const opened: OpenedResult[] = [];
    const opening = results.filter(isPage).map(async (page) => ({ page, one: await deps.openResult(page) }));
    for (const { page, one } of await Promise.all(opening)) {
      if ('code' in one) endings.set(page, { ending: 'dead-letter', code: one.code });
      else opened.push(one);
    }

    // 5.2 prepare: numbers become blind index and ciphertext, links are judged; from here on nothing is plain.
    const commits = await deps.prepareCommits(opened);

    // 5.3 commit: one transaction; if it fails, one by one, to find whose fault it was.
    for (const [page, ending] of await deps.commitPages(commits)) endings.set(page, ending);

    deps.emit({ type: 'commit.batch', results: results.length, seconds: (performance.now() - startedAt) / 1_000 });
    return results.map((result) => endings.get(result) ?? { ending: 'done' });
  };
}

function isPage(result: CrawlResult): result is OpenedResult['result'] {
  return result.kind !== 'robots';
}

function isRobots(result: CrawlResult): result is RobotsResult {
  return result.kind === 'robots';
}
