import { type CrawlResult, type Emit, errorCodeOf, jobIdOf, queueNames } from '@numfleet/contracts';
import type { Handled } from '@numfleet/queue';
import { sleep } from '@numfleet/service';

/** How long a result is held that could not be committed, ms: else the queue would spin while Postgres is gone. */
const pauseMs = 1_000;

/** SQLSTATE classes that tell of the server: connection, rollback, resources, locks, intervention, system error. */
const serverTrouble = /^(08|40|53|55|57|58)/;

/**
 * A result that cannot be committed because Postgres is gone stays in its queue, at no cost to its page: a lost result
 * would have the page fetched again, and three of them would make it poison.
 */
export function createOutlastPostgres(deps: { commit: (result: CrawlResult) => Promise<Handled>; emit: Emit }) {
  let reported: unknown;
  return async function commitOrKeep(result: CrawlResult, { signal }: { signal: AbortSignal }): Promise<Handled> {
    try {
      return await deps.commit(result);
    } catch (error) {
      if (!isTroubleOfPostgres(error)) throw error;
      report(result, error);
      await sleep(pauseMs, signal).catch(() => {});
      return { ending: 'given-back' };
    }
  };

  /** A batch fails with one error, which is told once. */
  function report(result: CrawlResult, error: unknown): void {
    if (error === reported) return;
    reported = error;
    deps.emit({
      type: 'job.errored',
      queue: queueNames.results,
      jobId: jobIdOf(result),
      code: 'postgres-failed',
      error,
    });
  }
}

function isTroubleOfPostgres(error: unknown): boolean {
  if (errorCodeOf(error) === 'postgres-failed') return true;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return serverTrouble.test(code);
}
