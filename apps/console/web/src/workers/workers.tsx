import type { FleetView, WorkerReport } from '@numfleet/contracts';
import { useFleetClock } from '../fleet/clock.ts';
import { Chip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { Panel } from '../parts/panel.tsx';
import { showBytes, showCount, showNumberOf } from '../parts/show-count.ts';
import { showAge, showDuration } from '../parts/show-duration.ts';
import { type Column, Table } from '../parts/table.tsx';
import { Load } from './load.tsx';

/** Processes report every 5 s; one that missed two reports is worth a look. */
const silentAfterMs = 12_000;

/** The processes of the fleet as they last reported themselves, and the browsers that they run. */
export function Workers({ view }: { view: FleetView }) {
  const { workers } = view;
  const unsandboxed = workers.filter(({ sandboxed }) => sandboxed === false);
  return (
    <Panel
      title="Workers and browsers"
      className="half"
      note={`${showNumberOf(workers.length, 'process', 'processes')} in the last minute`}
    >
      {unsandboxed.length === 0 ? null : (
        <p className="warning">
          <strong>No sandbox:</strong> the browsers of {unsandboxed.map(({ name }) => name).join(', ')} run without one.{' '}
          <code>./numfleet doctor</code> tells how to get it.
        </p>
      )}
      {workers.length === 0 ? (
        <Empty command="./numfleet up">No process has reported itself in the last minute. Is the fleet running?</Empty>
      ) : (
        <Table caption="Workers and their browsers" columns={columns} rows={workers} keyOf={keyOf} />
      )}
    </Panel>
  );
}

const keyOf = ({ name }: WorkerReport) => name;

const columns: readonly Column<WorkerReport>[] = [
  {
    title: 'Process',
    cell: ({ name, rssBytes }) => (
      <>
        {name}
        <span className="under">{showBytes(rssBytes)}</span>
      </>
    ),
  },
  { title: 'Jobs', kind: 'number', cell: (worker) => <Load worker={worker} /> },
  { title: 'Browsers', cell: (worker) => <Browsers worker={worker} /> },
  { title: 'Taken', kind: 'secondary-number', cell: ({ taken }) => showCount(taken) },
  { title: 'Open', kind: 'number', cell: ({ taken, ended }) => showCount(taken - ended) },
  { title: 'Report', kind: 'number', cell: ({ at }) => <ReportAge at={at} /> },
];

function Browsers({ worker: { app, browsers, browserPages, sandboxed } }: { worker: WorkerReport }) {
  if (app !== 'crawler') return <span className="faint">–</span>;
  return (
    <>
      {browsers === 0 ? 'none running' : `${browsers} with ${showNumberOf(browserPages, 'page')}`}
      {sandboxed === null ? null : (
        <span className="under">
          <Chip tone={sandboxed ? 'good' : 'bad'}>{sandboxed ? 'sandboxed' : 'no sandbox'}</Chip>
        </span>
      )}
    </>
  );
}

function ReportAge({ at }: { at: number }) {
  const age = useFleetClock(1_000) - at;
  return age > silentAfterMs ? <Chip tone="bad">{`silent ${showDuration(age / 1_000)}`}</Chip> : showAge(age);
}
