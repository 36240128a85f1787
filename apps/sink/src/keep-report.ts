import type { WorkerReport, WorkerReportMessage } from '@numfleet/contracts';
import type { Handled } from '@numfleet/queue';
import { recordWorker, type Store } from '@numfleet/store';

/** One message of the queue `reports`: what a crawler says of itself goes to where the other processes write theirs. */
export function createKeepReport(deps: { store: Store; now: () => number }) {
  return async function keepReport({ report }: WorkerReportMessage): Promise<Handled> {
    await recordWorker(deps.store, onClock(deps.now(), report));
    return { ending: 'done' };
  };
}

/**
 * The report on our clock: a crawler whose own is wrong, or that says so, would be seen as dead or for ever. What it
 * says of how long it has been running is believed.
 */
function onClock(now: number, report: WorkerReport): WorkerReport {
  const runningMs = Math.max(0, report.at - report.startedAt);
  return { ...report, at: now, startedAt: Math.max(0, now - runningMs) };
}
