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
 */
export function createWaiters(): Waiters {
  const waiting = new Map<string, { requests: number; gone: AbortController }>();
  return {
    enter(origin) {
      const here = waiting.get(origin) ?? { requests: 0, gone: new AbortController() };
      waiting.set(origin, here);
      here.requests += 1;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        here.requests -= 1;
        if (here.requests > 0) return;
        waiting.delete(origin);
        here.gone.abort();
      };
    },
    gone: (origin) => waiting.get(origin)?.gone.signal ?? AbortSignal.abort(),
  };
}
