import { abandonOnAbort } from '@numfleet/service';

/** A bound on how many do something at once; those beyond it wait in order, for as long as their signal lets them. */
export interface Slots {
  take(signal: AbortSignal): Promise<Disposable>;
}

export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  /** Hands the slot to the first who waits, so that nobody slips in between. */
  const release = () => {
    const wake = waiting.shift();
    if (wake) wake();
    else free += 1;
  };
  const waitForSlot = async (signal: AbortSignal) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    try {
      await abandonOnAbort(promise, signal);
    } catch (error) {
      const place = waiting.indexOf(resolve);
      if (place >= 0) waiting.splice(place, 1);
      else release(); // it was handed the slot in the moment it gave up
      throw error;
    }
  };
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) free -= 1;
      else await waitForSlot(signal);
      return { [Symbol.dispose]: release };
    },
  };
}
