import type { Emit } from '@numfleet/contracts';
import { restartAllClocks, type Store } from '@numfleet/store';

/** Less is a clock that is slewed, or a loop that was late between its two readings. */
const leastStepMs = 1_000;

/**
 * Notices that the wall clock was set, by the one that only goes forward, and has the hosts wait for their delay anew before
 * anything is dispatched by the new time (I7). A machine that slept has its clock set, too.
 */
export function createClockSteps(deps: { store: Store; emit: Emit; monotonicMs: () => number }) {
  let last: { wall: number; monotonic: number } | null = null;
  return async function afterClockSteps(now: Date): Promise<void> {
    const reading = { wall: now.getTime(), monotonic: deps.monotonicMs() };
    const expected = last === null ? reading.wall : last.wall + reading.monotonic - last.monotonic;
    const stepMs = Math.round(reading.wall - expected);
    if (Math.abs(stepMs) >= leastStepMs) {
      await restartAllClocks(deps.store, { before: new Date(expected), now });
      deps.emit({ type: 'clock.stepped', stepMs });
    }
    last = reading;
  };
}
