import type { ThroughputSample } from '@numfleet/contracts';
import type { FleetTotals } from '@numfleet/store';

const keptSeconds = 600;

export interface Throughput {
  /** Takes what the totals are now. */
  note(totals: FleetTotals, now: Date): void;
  /** Of the last 10 minutes, the oldest first. */
  samples(): ThroughputSample[];
}

/** What the totals grew by between one look and the next. Retention lets totals fall; that is no negative work. */
export function createThroughput(): Throughput {
  let last: { totals: FleetTotals; at: Date } | null = null;
  let samples: ThroughputSample[] = [];
  return {
    note(totals, now) {
      const before = last;
      last = { totals, at: now };
      const seconds = before === null ? 0 : (now.getTime() - before.at.getTime()) / 1_000;
      if (before === null || seconds <= 0) return;
      const grown = (counter: keyof FleetTotals) => Math.max(0, totals[counter] - before.totals[counter]);
      const oldest = now.getTime() - keptSeconds * 1_000;
      samples = samples.filter((sample) => Date.parse(sample.at) > oldest);
      samples.push({
        at: now.toISOString(),
        seconds,
        done: grown('done'),
        failed: grown('failed'),
        sightings: grown('sightings'),
      });
    },
    samples: () => samples,
  };
}
