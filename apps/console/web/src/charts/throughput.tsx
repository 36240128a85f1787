import type { FleetView } from '@numfleet/contracts';
import type { Moment } from '../fleet/fleet-history.ts';
import { type Rates, ratesOfCampaign, ratesOfFleet } from '../fleet/rates.ts';
import { Panel } from '../parts/panel.tsx';
import { showRate } from '../parts/show-count.ts';
import { Chart } from './chart.tsx';
import { ChartKey } from './chart-key.tsx';
import { lineOption } from './line-option.ts';
import { usePalette } from './palette.ts';

/** Pages and sightings a second, of the fleet or of the selected campaign. */
export function Throughput(props: { view: FleetView; history: readonly Moment[]; selected: string | null }) {
  const { view, history, selected } = props;
  const palette = usePalette();
  const rates = selected === null ? ratesOfFleet(view.throughput) : ratesOfCampaign(history, selected);
  const line = (counter: 'done' | 'failed' | 'sightings') =>
    rates.map((rate): readonly [number, number] => [rate.at, rate[counter]]);
  const option = lineOption(
    [
      { name: 'done/s', colour: palette.done, points: line('done'), look: 'filled' },
      { name: 'failed/s', colour: palette.failed, points: line('failed'), look: 'solid' },
      { name: 'sightings/s', colour: palette.sightings, points: line('sightings'), look: 'dashed' },
    ],
    Date.parse(view.at),
    palette,
  );
  return (
    <Panel
      title="Throughput"
      className="half"
      note={selected === null ? 'a second, last 10 minutes' : 'of the selected campaign, since this page was opened'}
    >
      <Chart option={option}>
        <ChartKey entries={keyOf(rates.at(-1))} />
      </Chart>
    </Panel>
  );
}

function keyOf(now: Rates = { at: 0, done: 0, failed: 0, sightings: 0 }) {
  return [
    { name: 'pages done', className: 'done filled', value: showRate(now.done) },
    { name: 'pages failed', className: 'failed', value: showRate(now.failed) },
    { name: 'sightings', className: 'sightings dashed', value: showRate(now.sightings) },
  ];
}
