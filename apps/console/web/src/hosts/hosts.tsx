import type { FleetView, HostView } from '@numfleet/contracts';
import { Chip } from '../parts/chip.tsx';
import { Empty } from '../parts/empty.tsx';
import { Fold } from '../parts/fold.tsx';
import { Panel } from '../parts/panel.tsx';
import { showCount, showNumberOf } from '../parts/show-count.ts';
import { showDelay } from '../parts/show-duration.ts';
import { type Column, Table } from '../parts/table.tsx';
import { Countdown } from './countdown.tsx';

const shownFirst = 8;

const states = {
  ready: { tone: 'good', label: 'ready' },
  busy: { tone: 'busy', label: 'busy' },
  waiting: { tone: 'idle', label: 'waiting' },
  'robots-pending': { tone: 'idle', label: 'robots.txt first' },
  'backing-off': { tone: 'bad', label: 'backing off' },
} as const satisfies Record<HostView['state'], object>;

/** Hosts with pages to come and their clocks. */
export function Hosts({ view }: { view: FleetView }) {
  // By what is still to come, which changes slowly: rows that swap places every second cannot be read.
  const hosts = [...view.hosts].sort((a, b) => b.queued - a.queued || a.origin.localeCompare(b.origin, 'en'));
  return (
    <Panel title="Hosts" className="half" note={`${showNumberOf(view.hostsTotal, 'host')} with pages to come`}>
      {hosts.length === 0 ? (
        <Empty>
          No host has pages to come. They appear with a campaign's pages, each with the clock that it is asked by.
        </Empty>
      ) : (
        <Fold items={hosts} limit={shownFirst}>
          {(shown) => <Table caption="Hosts and their clocks" columns={columns} rows={shown} keyOf={keyOf} />}
        </Fold>
      )}
    </Panel>
  );
}

const keyOf = ({ origin }: HostView) => origin;

const columns: readonly Column<HostView>[] = [
  {
    title: 'Host',
    kind: 'address',
    cell: ({ origin }) => <span title={origin}>{origin.replace(/^https?:\/\//, '')}</span>,
  },
  { title: 'State', cell: (host) => <State host={host} /> },
  { title: 'Queued', kind: 'number', cell: ({ queued }) => showCount(queued) },
  { title: 'In work', kind: 'secondary-number', cell: ({ leased }) => showCount(leased) },
  { title: 'Delay', kind: 'secondary-number', cell: ({ delayMs }) => showDelay(delayMs) },
  { title: 'Next request', kind: 'number', cell: ({ nextRequestAt }) => <Countdown until={nextRequestAt} /> },
];

function State({ host: { state, failureStreak } }: { host: HostView }) {
  const { tone, label } = states[state];
  return (
    <>
      <Chip tone={tone}>{label}</Chip>
      {failureStreak === 0 ? null : <span className="under">after {showNumberOf(failureStreak, 'failure')}</span>}
    </>
  );
}
