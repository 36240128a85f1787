import type { CampaignState, CampaignStatus } from '@numfleet/contracts';
import { Chip } from '../parts/chip.tsx';
import { showCount, showRate } from '../parts/show-count.ts';
import { showDuration } from '../parts/show-duration.ts';
import { CampaignActions } from './campaign-actions.tsx';
import { PagesBar } from './pages-bar.tsx';

const tones: Readonly<Record<CampaignState, 'busy' | 'warn' | 'idle' | 'good'>> = {
  active: 'busy',
  paused: 'warn',
  cancelled: 'idle',
  finished: 'good',
};

/** A campaign: what it is for, how far it is, and what can be done with it. */
export function CampaignItem(props: {
  campaign: CampaignStatus;
  /** Pages a second; null where it was not watched long enough to tell. */
  rate: number | null;
  isSelected: boolean;
  onSelect: () => void;
  onChange: () => void;
}) {
  const { campaign, rate } = props;
  const figures = [
    ['numbers', showCount(campaign.numbers)],
    ['sightings', showCount(campaign.sightings)],
    ['pages/s', rate === null ? '–' : showRate(rate)],
    ['elapsed', showDuration(campaign.seconds)],
  ] as const;
  return (
    <li className={props.isSelected ? 'campaign selected' : 'campaign'}>
      <div className="campaign-what">
        <h3>
          <button type="button" className="plain" aria-pressed={props.isSelected} onClick={props.onSelect}>
            {campaign.name}
          </button>
          <Chip tone={tones[campaign.state]}>{campaign.state}</Chip>
        </h3>
        <p className="note">
          {campaign.campaign} · {campaign.purpose}
          {campaign.everySeconds === null ? null : ` · again every ${showDuration(campaign.everySeconds)}`}
          {campaign.nextVisitAt === null ? null : `, next ${new Date(campaign.nextVisitAt).toLocaleString('en-GB')}`}
        </p>
      </div>
      <dl className="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <PagesBar pages={campaign.pages} />
      <CampaignActions campaign={campaign} onDone={props.onChange} />
    </li>
  );
}
