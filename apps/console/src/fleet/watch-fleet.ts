import { errorCodeOf, type FleetView } from '@numfleet/contracts';
import { readFleetTotals } from '@numfleet/store';
import { type FleetViewDeps, readFleetView } from './read-fleet-view.ts';
import { shareReading } from './share-reading.ts';
import { createThroughput } from './throughput.ts';

export interface FleetWatch extends Disposable {
  /** What the fleet looks like, at most a second old. */
  view(): Promise<FleetView>;
}

const sampleMs = 2_000;
const maxAgeMs = 1_000;

/** Looks at the counters every 2 s for the throughput, whether or not anybody watches; at the rest when it is asked. */
export function watchFleet(deps: FleetViewDeps): FleetWatch {
  const { store, now, emit } = deps;
  const throughput = createThroughput();
  let sampling = false;
  let failing = false;
  const sample = async () => {
    if (sampling) return;
    sampling = true;
    try {
      throughput.note(await readFleetTotals(store), now());
      failing = false;
    } catch (error) {
      // Reported when it begins: Postgres may be gone for long, and readiness tells that.
      if (!failing) emit({ type: 'loop.failed', loop: 'throughput', code: errorCodeOf(error), error });
      failing = true;
    } finally {
      sampling = false;
    }
  };
  const timer = setInterval(() => void sample(), sampleMs);
  timer.unref();
  void sample();
  return {
    view: shareReading(maxAgeMs, now, () => readFleetView(deps, throughput)),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
