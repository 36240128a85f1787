import { type Emit, NumfleetError } from '@numfleet/contracts';

/** The requests that have no connection yet, by origin. */
export interface Waiters {
  /** A request waits; call what is returned when it has begun or was given up. */
  enter(origin: string): () => void;
  /** Fires when no request waits for the origin any more. */
  gone(origin: string): AbortSignal;
}

/**
 * Ends what nobody waits for. undici's connector is told neither the request that it connects for nor that request's
 * end; and by the time that it is called again, for another request of the pool, the first may long be over.
 * How many wait is told whenever it changes: what an exhausted pool, slow name servers and hosts that are gone have in
 * common (G24).
 */
export function createWaiters(emit: Emit): Waiters {
  let total = 0;
  const count = (change: 1 | -1) => {
    total += change;
    emit({ type: 'egress.waiting', requests: total });
  };
  // Most requests find a connection open, and nobody asks whether they are gone.
  const waiting = new Map<string, { requests: number; gone?: AbortController }>();
  return {
    enter(origin) {
      const here = waiting.get(origin) ?? { requests: 0 };
      waiting.set(origin, here);
      here.requests += 1;
      count(1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        here.requests -= 1;
        count(-1);
        if (here.requests > 0) return;
        waiting.delete(origin);
        here.gone?.abort(nobodyWaits);
      };
    },
    gone(origin) {
      const here = waiting.get(origin);
      if (here === undefined) return AbortSignal.abort(nobodyWaits);
      here.gone ??= new AbortController();
      return here.gone.signal;
    },
  };
}

const nobodyWaits = new NumfleetError('aborted', 'No request waits for this connection any more.');
