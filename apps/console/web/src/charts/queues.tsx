import type { FleetView } from '@numfleet/contracts';
import type { Moment } from '../fleet/fleet-history.ts';
import { Panel } from '../parts/panel.tsx';
import { showCount } from '../parts/show-count.ts';
import { Chart } from './chart.tsx';
import { ChartKey } from './chart-key.tsx';
import { lineOption } from './line-option.ts';
import { usePalette } from './palette.ts';

type QueueView = FleetView['queues'][number];

const roles: Readonly<Record<QueueView['queue'], string>> = {
  crawl: 'pages for the crawlers',
  results: 'results for the sink',
};

/** What waits and what is being worked on in each queue, as far as this page has watched. */
export function Queues({ view, history }: { view: FleetView; history: readonly Moment[] }) {
  return (
    <Panel title="Queues" className="half" note="bounded: a full one stops its producer">
      <div className="queues">
        {view.queues.map((queue) => (
          <QueueChart key={queue.queue} queue={queue} history={history} />
        ))}
        {view.queues.length === 0 ? <p className="trouble">The queues cannot be read just now.</p> : null}
      </div>
    </Panel>
  );
}

function QueueChart({ queue, history }: { queue: QueueView; history: readonly Moment[] }) {
  const palette = usePalette();
  const line = (figure: 'waiting' | 'active') =>
    history.flatMap(({ at, queues }): (readonly [number, number])[] => {
      const then = queues.find((other) => other.queue === queue.queue);
      return then === undefined ? [] : [[at, then[figure]]];
    });
  const option = lineOption(
    [
      { name: 'waiting', colour: palette.sightings, points: line('waiting'), look: 'dashed' },
      { name: 'active', colour: palette.leased, points: line('active'), look: 'filled' },
    ],
    history.at(-1)?.at ?? 0,
    palette,
  );
  return (
    <div>
      <h3>
        <a href={`/queues/queue/${queue.queue}`}>{queue.queue}</a> <span className="note">{roles[queue.queue]}</span>
      </h3>
      <Chart option={option}>
        <ChartKey
          entries={[
            { name: 'waiting', className: 'sightings dashed', value: showCount(queue.waiting) },
            { name: 'active', className: 'leased filled', value: showCount(queue.active) },
            { name: 'failed', className: 'undrawn', value: showCount(queue.failed) },
          ]}
        />
      </Chart>
    </div>
  );
}
