import { type Emit, jobIdOf, type queueNames } from '@numfleet/contracts';
import type { JobQueue } from '@numfleet/queue';
import {
  expiredLeases,
  extendLeases,
  type Lease,
  recordLostLeases,
  redispatchLeases,
  type Store,
  tryLock,
} from '@numfleet/store';

export interface SettleLeasesDeps {
  store: Store;
  crawl: JobQueue<typeof queueNames.crawl>;
  results: JobQueue<typeof queueNames.results>;
  emit: Emit;
  /** How long a worker may be at a job before it must have stopped: the job's deadline and the grace after it, ms. */
  leaseMs: number;
}

/** A lease is extended until a time, ms since the epoch, at which there may be something new to ask for. */
type Verdict = { is: 'extend'; until: number } | { is: 'lost' } | { is: 'redispatch' };

const leasesAScan = 200;
const nothingEnded = { lost: { requeued: 0, poisoned: 0 }, redispatched: { requeued: 0 } };

/**
 * Decides about leases that ran out by asking the queues (DESIGN: "any lease runs out"). A lease is never taken away
 * while its result waits: so none expires while the sink is down.
 */
export function createSettleLeases(deps: SettleLeasesDeps) {
  const { store, emit } = deps;
  return async function settleLeases(now: Date): Promise<void> {
    const expired = await expiredLeases(store, { now, limit: leasesAScan });
    if (expired.length === 0) return;
    const verdicts = await Promise.all(expired.map((lease) => verdictOf(lease, now, deps)));
    const by = (is: Verdict['is']): Lease[] => expired.filter((_, index) => verdicts[index]?.is === is);

    const until = Math.min(...verdicts.map((verdict) => (verdict.is === 'extend' ? verdict.until : Infinity)));
    const extended = until === Infinity ? 0 : await extendLeases(store, by('extend'), new Date(until));
    const { lost, redispatched } = await store.transaction(async (tx) => {
      // Another scheduler has read the same leases, and does the same with them.
      if (!(await tryLock(tx, 'numfleet.settle-leases'))) return nothingEnded;
      return {
        lost: await recordLostLeases(tx, by('lost'), { now }),
        redispatched: await redispatchLeases(tx, by('redispatch'), { now }),
      };
    });
    report('extended', extended);
    report('attempt', lost.requeued);
    report('poison', lost.poisoned);
    report('redispatched', redispatched.requeued);
  };

  function report(verdict: 'extended' | 'attempt' | 'poison' | 'redispatched', count: number): void {
    if (count > 0) emit({ type: 'lease.expired', verdict, count });
  }
}

async function verdictOf(lease: Lease, now: Date, deps: SettleLeasesDeps): Promise<Verdict> {
  const jobId = jobIdOf(lease);
  const another: Verdict = { is: 'extend', until: now.getTime() + deps.leaseMs };
  // The result is asked for first: a crawl job that ended long ago may have been dropped from its queue.
  const result = await deps.results.stateOf(jobId);
  if (result.state === 'waiting' || result.state === 'active') return another;
  if (result.state === 'failed') return { is: 'lost' };
  const job = await deps.crawl.stateOf(jobId);
  switch (job.state) {
    case 'waiting':
      return another;
    case 'active': {
      const until = job.since + deps.leaseMs;
      return until > now.getTime() ? { is: 'extend', until } : { is: 'lost' };
    }
    case 'gone':
      return { is: 'redispatch' };
    // Stalled, or ended without a result: its worker is counted as lost.
    case 'failed':
    case 'completed':
      return { is: 'lost' };
  }
}
