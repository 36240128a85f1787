import type { CampaignStatus, FleetView } from '@numfleet/contracts';
import { ratesOfFleet } from './fleet/rates.ts';
import { showCount, showRate } from './parts/show-count.ts';

/** The fleet at a glance. */
export function Summary({ view }: { view: FleetView }) {
  const rate = ratesOfFleet(view.throughput).at(-1);
  const sum = (figure: (campaign: CampaignStatus) => number) =>
    showCount(view.campaigns.reduce((total, campaign) => total + figure(campaign), 0));
  const figures = [
    ['pages a second', showRate(rate === undefined ? 0 : rate.done + rate.failed)],
    ['pages in work', sum(({ pages }) => pages.leased)],
    ['pages queued', sum(({ pages }) => pages.queued)],
    ['pages done', sum(({ pages }) => pages.done)],
    ['pages failed', sum(({ pages }) => pages.failed)],
    ['sightings', sum(({ sightings }) => sightings)],
  ] as const;
  return (
    <dl className="summary" aria-label="The fleet at a glance">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
