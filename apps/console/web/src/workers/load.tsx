import type { WorkerReport } from '@numfleet/contracts';

/** Jobs in flight of how many it would take, with a bar beside the figures. */
export function Load({ worker }: { worker: WorkerReport }) {
  const { jobsInFlight, capacity } = worker;
  if (capacity === 0) return <span className="faint">–</span>;
  return (
    <span className="load">
      <span className="load-bar" aria-hidden="true">
        <span style={{ width: `${Math.min(1, jobsInFlight / capacity) * 100}%` }} />
      </span>
      {jobsInFlight} / {capacity}
    </span>
  );
}
