import type { CampaignStatus } from '@numfleet/contracts';
import type { Moment } from '../fleet/fleet-history.ts';
import { ratesOfCampaign } from '../fleet/rates.ts';
import { Empty } from '../parts/empty.tsx';
import { Fold } from '../parts/fold.tsx';
import { Panel } from '../parts/panel.tsx';
import { Announcement } from './announcement.tsx';
import { CampaignItem } from './campaign-item.tsx';

const shownFirst = 5;

/** All campaigns, those at work first. Selecting one narrows what else the board shows of pages and findings to it. */
export function Campaigns(props: {
  campaigns: readonly CampaignStatus[];
  history: readonly Moment[];
  selected: string | null;
  onSelect: (campaign: string | null) => void;
  onChange: () => void;
}) {
  const { campaigns, selected, onSelect } = props;
  const isOpen = ({ state }: CampaignStatus) => state === 'active' || state === 'paused';
  const ordered = [...campaigns.filter(isOpen), ...campaigns.filter((campaign) => !isOpen(campaign))];
  return (
    <Panel title="Campaigns" note={selected === null ? 'select one to see it alone' : <ShowAll onSelect={onSelect} />}>
      <Announcement campaigns={campaigns} />
      {campaigns.length === 0 ? (
        <Empty command={'./numfleet crawl https://your.example/ --purpose "check our own listings"'}>
          No campaign yet. Start one from a terminal; it appears here within a second.
        </Empty>
      ) : (
        <Fold items={ordered} limit={shownFirst}>
          {(shown) => (
            <ul className="campaigns">
              {shown.map((campaign) => (
                <CampaignItem
                  key={campaign.campaign}
                  campaign={campaign}
                  rate={rateOf(campaign, props.history)}
                  isSelected={campaign.campaign === selected}
                  onSelect={() => onSelect(campaign.campaign === selected ? null : campaign.campaign)}
                  onChange={props.onChange}
                />
              ))}
            </ul>
          )}
        </Fold>
      )}
    </Panel>
  );
}

function ShowAll({ onSelect }: { onSelect: (campaign: null) => void }) {
  return (
    <button type="button" className="link" onClick={() => onSelect(null)}>
      show all campaigns again
    </button>
  );
}

/** Of late while a campaign is at work; over all its time once it has ended. */
function rateOf({ campaign, state, pages, seconds }: CampaignStatus, history: readonly Moment[]): number | null {
  if (state === 'paused') return 0;
  if (state !== 'active') return seconds === 0 ? null : (pages.done + pages.failed) / seconds;
  const last = ratesOfCampaign(history, campaign).at(-1);
  return last === undefined ? null : last.done + last.failed;
}
