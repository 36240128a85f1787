import { abortable } from './abortable.ts';

export interface PlaceLimits {
  /** Connections to one host at a time. */
  perHost: number;
  /** Connections at a time. */
  total: number;
}

/** What bounds the connections that are open (I8). Those beyond wait in order, each for as long as its signal lets it. */
export interface Places {
  /** Gives what releases the place; to call it twice does no harm. Rejects with NumfleetError `aborted`. */
  take(host: string, signal: AbortSignal): Promise<() => void>;
}

interface Waiting {
  host: string;
  wake: () => void;
}

/** A host that is full holds nobody up but those who wait for it. */
export function createPlaces({ perHost, total }: PlaceLimits): Places {
  const taken = new Map<string, number>();
  const waiting: Waiting[] = [];
  let open = 0;

  const hasRoom = (host: string) => open < total && (taken.get(host) ?? 0) < perHost;
  const occupy = (host: string) => {
    open += 1;
    taken.set(host, (taken.get(host) ?? 0) + 1);
  };
  const release = (host: string) => {
    open -= 1;
    const left = (taken.get(host) ?? 1) - 1;
    if (left === 0) taken.delete(host);
    else taken.set(host, left);
    const next = waiting.findIndex((other) => hasRoom(other.host));
    if (next === -1) return;
    const [first] = waiting.splice(next, 1);
    if (first === undefined) return;
    // Before it wakes, so that nobody slips in between.
    occupy(first.host);
    first.wake();
  };
  const waitFor = async (host: string, signal: AbortSignal) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const here = { host, wake: resolve };
    waiting.push(here);
    try {
      await abortable(promise, signal);
    } catch (error) {
      const place = waiting.indexOf(here);
      if (place >= 0) waiting.splice(place, 1);
      else release(host); // it was given the place in the moment it gave up
      throw error;
    }
  };

  return {
    async take(host, signal) {
      if (hasRoom(host)) occupy(host);
      else await waitFor(host, signal);
      let held = true;
      return () => {
        if (held) release(host);
        held = false;
      };
    },
  };
}
