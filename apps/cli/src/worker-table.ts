import type { WorkerReport } from '@numfleet/contracts';
import { tableOf } from './table.ts';

const head = ['process', 'up', 'in work', 'taken', 'ended', 'memory', 'browsers', 'pages', 'sandboxed', 'said'];

/** The processes of a fleet as they last described themselves. */
export function workerTable(workers: readonly WorkerReport[], now: number): string {
  const rows = workers.map((worker) => [
    worker.name,
    duration(worker.at - worker.startedAt),
    worker.capacity === 0 ? '' : `${worker.jobsInFlight} of ${worker.capacity}`,
    worker.taken,
    worker.ended,
    `${Math.round(worker.rssBytes / 2 ** 20)} MiB`,
    worker.browsers,
    worker.browserPages,
    worker.sandboxed === null ? '' : worker.sandboxed ? 'yes' : 'no',
    `${duration(now - worker.at)} ago`,
  ]);
  return tableOf(head, rows, { rightFrom: 1 });
}

function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
