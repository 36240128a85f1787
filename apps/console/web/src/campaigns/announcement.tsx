import type { CampaignStatus } from '@numfleet/contracts';
import { useEffect, useRef, useState } from 'react';

/** Tells those who do not see the board when a campaign begins, pauses or ends. Figures that move are not read out. */
export function Announcement({ campaigns }: { campaigns: readonly CampaignStatus[] }) {
  const known = useRef<ReadonlyMap<string, string> | null>(null);
  const [said, setSaid] = useState('');
  useEffect(() => {
    const before = known.current;
    known.current = new Map(campaigns.map(({ campaign, state }) => [campaign, state]));
    if (before === null) return;
    const changed = campaigns.filter(({ campaign, state }) => before.get(campaign) !== state);
    if (changed.length > 0) setSaid(changed.map(({ name, state }) => `${name} is ${state}`).join(', '));
  }, [campaigns]);
  return (
    <p className="unseen" role="status">
      {said}
    </p>
  );
}
