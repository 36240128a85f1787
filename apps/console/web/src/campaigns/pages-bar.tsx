import type { CampaignStatus } from '@numfleet/contracts';
import { showCount } from '../parts/show-count.ts';
import { statesInOrder } from './page-states.ts';

/** A campaign's pages by state: a bar for the eye, and the same as a list with names and counts. */
export function PagesBar({ pages }: { pages: CampaignStatus['pages'] }) {
  const all = statesInOrder.reduce((total, { state }) => total + pages[state], 0);
  const shareOf = (count: number) => `${all === 0 ? 0 : (count / all) * 100}%`;
  return (
    <div className="pages">
      <div className="pages-bar" aria-hidden="true">
        {statesInOrder.map(({ state }) => (
          <span key={state} className={state} style={{ width: shareOf(pages[state]) }} />
        ))}
      </div>
      <ul className="pages-key">
        {statesInOrder.map(({ state, label }) => (
          <li key={state} className={state}>
            <b>{showCount(pages[state])}</b> {label}
          </li>
        ))}
      </ul>
    </div>
  );
}
