import { sleep } from '@numfleet/service';

export interface Health {
  ok: boolean;
  reason?: string;
}

export interface ProgressWatch extends AsyncDisposable {
  health(): Health;
}

/** Looks in a row at a worker that has room and takes nothing while jobs wait, until it is given up. */
const looksUntilStuck = 5;
/** Longest pause between two renewals, in looks: a queue that is paused by hand is not helped by them. */
const mostLooks = 150;

/**
 * Tells whether a worker gets on, which its connection and its `isRunning()` do not: a worker of BullMQ before 6.3.3 that
 * lived through an outage of Redis stayed connected and took nothing for ever, and a connection cut half-open does the
 * same to any. Such a worker is renewed. Counted in looks and not in time, so that a process that was stopped for a while
 * does not find its worker stuck when it wakes.
 */
export function watchProgress(deps: {
  everyMs: number;
  /** Jobs that wait, asked over a connection of its own. Rejects when the queue does not answer. */
  waiting: () => Promise<number>;
  hasRoom: () => boolean;
  /** Jobs taken since the start. */
  taken: () => number;
  renew: () => Promise<void>;
}): ProgressWatch {
  let isReachable = true;
  let idleLooks = 0;
  let takenBefore = deps.taken();
  let renewAfter = looksUntilStuck;

  async function look(): Promise<void> {
    const waiting = await deps.waiting().catch(() => null);
    isReachable = waiting !== null;
    const taken = deps.taken();
    const isIdle = waiting !== null && waiting > 0 && deps.hasRoom() && taken === takenBefore;
    if (taken !== takenBefore) renewAfter = looksUntilStuck;
    takenBefore = taken;
    idleLooks = isIdle ? idleLooks + 1 : 0;
    if (idleLooks < renewAfter) return;
    renewAfter = Math.min(mostLooks, idleLooks + renewAfter * 2);
    await deps.renew();
  }

  const ended = new AbortController();
  const looking = repeat(look, deps.everyMs, ended.signal);
  return {
    health() {
      if (!isReachable) return { ok: false, reason: 'the queue cannot be reached' };
      if (idleLooks >= looksUntilStuck) return { ok: false, reason: 'jobs wait and the queue worker takes none' };
      return { ok: true };
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await looking;
    },
  };
}

async function repeat(look: () => Promise<void>, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(everyMs, signal).catch(() => {});
    if (!signal.aborted) await look();
  }
}
