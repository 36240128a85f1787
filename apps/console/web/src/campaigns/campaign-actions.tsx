import type { CampaignStatus } from '@numfleet/contracts';
import { useState } from 'react';
import { type CampaignVerb, orderCampaign } from '../fleet/order-campaign.ts';
import { verbLabels, verbsFor } from './campaign-verbs.ts';
import { CancelDialog } from './cancel-dialog.tsx';

/** The buttons of a campaign. What the console refuses stands beside them until the next try. */
export function CampaignActions({ campaign, onDone }: { campaign: CampaignStatus; onDone: () => void }) {
  const [running, setRunning] = useState<CampaignVerb | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);

  const order = async (verb: CampaignVerb) => {
    setAsking(false);
    setTrouble(null);
    setRunning(verb);
    const asked = await orderCampaign(campaign.campaign, verb);
    setRunning(null);
    if (asked.ok) onDone();
    else setTrouble(asked.message);
  };

  return (
    <div className="actions">
      {verbsFor(campaign).map((verb) => (
        <button
          key={verb}
          type="button"
          className={verb === 'cancel' ? 'grave' : undefined}
          disabled={running !== null}
          aria-label={`${verbLabels[verb]}: ${campaign.name}`}
          onClick={() => (verb === 'cancel' ? setAsking(true) : void order(verb))}
        >
          {verbLabels[verb]}
        </button>
      ))}
      {trouble === null ? null : (
        <p className="trouble" role="alert">
          {trouble}
        </p>
      )}
      {isAsking ? (
        <CancelDialog campaign={campaign} onKeep={() => setAsking(false)} onCancel={() => void order('cancel')} />
      ) : null}
    </div>
  );
}
