import { type FleetEvent, type JobEnding, jobEndings, queueNames } from '@numfleet/contracts';

/** What became of the jobs that this process took (I9): taken = the sum of the endings, or something was lost. */
export interface Accounting {
  observe(event: FleetEvent): void;
  report(): { taken: number; endings: Record<JobEnding, number>; difference: number };
}

/** Counts from the same events as the metrics do, so that no code path can forget to count. */
export function createAccounting(): Accounting {
  let taken = 0;
  const endings = Object.fromEntries(jobEndings.map((ending) => [ending, 0])) as Record<JobEnding, number>;
  return {
    observe(event) {
      // What workers say of themselves is no work: one that is lost is followed by the next.
      if ('queue' in event && event.queue === queueNames.reports) return;
      if (event.type === 'job.taken') taken += 1;
      if (event.type === 'job.ended') endings[event.ending] += 1;
    },
    report() {
      const ended = Object.values(endings).reduce((sum, count) => sum + count, 0);
      return { taken, endings: { ...endings }, difference: taken - ended };
    },
  };
}
