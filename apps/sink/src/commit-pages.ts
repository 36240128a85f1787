import { type Emit, NumfleetError } from '@numfleet/contracts';
import type { Handled } from '@numfleet/queue';
import {
  type CommitReport,
  commitPageResults,
  type HostNews,
  type PageCommit,
  type RetryPolicy,
  type SitemapsOf,
  type Store,
} from '@numfleet/store';
import { tellHost } from './tell-host.ts';

/** Stage 5.3. */
export type CommitPages = (commits: readonly PageCommit[]) => Promise<Endings>;

type Endings = Map<PageCommit['result'], Handled>;

/** Two sinks may still meet on a lock; Postgres then asks one of them to try again. */
const triesAfterDeadlock = 3;
const serialisationFailures = new Set(['40001', '40P01']);
/** SQLSTATE classes that say that the rows themselves are refused: data exception, integrity constraint violation. */
const refusals = /^(22|23)/;

/**
 * Commits a batch in one transaction. When it fails for its rows, its results are committed one by one, each in a
 * transaction of its own, so that one bad result is set aside and the others are not held up by it. Throws when
 * Postgres cannot be reached: the results then stay in their queue.
 */
export function createCommitPages(deps: {
  store: Store;
  policy: RetryPolicy;
  sitemapsOf: SitemapsOf;
  emit: Emit;
}): CommitPages {
  return async (commits) => {
    if (commits.length === 0) return new Map();
    try {
      return await commit(commits);
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (commits.length === 1) return new Map(commits.map(({ result }) => [result, refused]));
    }
    const endings: Endings = new Map();
    for (const one of commits) {
      try {
        for (const [result, ending] of await commit([one])) endings.set(result, ending);
      } catch (error) {
        if (!isRefused(error)) throw error;
        endings.set(one.result, refused);
      }
    }
    return endings;
  };

  async function commit(commits: readonly PageCommit[]): Promise<Endings> {
    const { reports, hosts } = await retryDeadlocks(() => commitOnce(commits));
    for (const report of reports) deps.emit({ type: 'commit.result', ...report });
    for (const news of hosts) tellHost(news, deps.emit);
    return new Map(commits.map(({ result }) => [result, { ending: 'done' }]));
  }

  async function commitOnce(commits: readonly PageCommit[]): Promise<{ reports: CommitReport[]; hosts: HostNews[] }> {
    const hosts: HostNews[] = [];
    const { policy, sitemapsOf } = deps;
    const options = { now: new Date(), policy, sitemapsOf, onHost: (news: HostNews) => void hosts.push(news) };
    const reports = await deps.store.transaction((tx) => commitPageResults(tx, commits, options));
    return { reports, hosts };
  }
}

const refused: Handled = { ending: 'dead-letter', code: 'commit-failed' };

function isRefused(error: unknown): boolean {
  if (error instanceof NumfleetError) return error.code === 'commit-failed';
  return refusals.test(sqlStateOf(error));
}

async function retryDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= triesAfterDeadlock || !serialisationFailures.has(sqlStateOf(error))) throw error;
    }
  }
}

function sqlStateOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
