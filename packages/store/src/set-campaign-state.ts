import { type CampaignState, NumfleetError } from '@numfleet/contracts';
import { excludeCancelled } from './exclude-unfetchable.ts';
import { isBetweenRounds, lockCampaign } from './lock-campaign.ts';
import { recordAudit } from './record-audit.ts';
import type { Transaction } from './store.ts';

const verbs = {
  pause: { from: ['active'], to: 'paused' },
  resume: { from: ['paused'], to: 'active' },
  cancel: { from: ['active', 'paused'], to: 'cancelled' },
} as const satisfies Record<string, { from: CampaignState[]; to: CampaignState }>;

/**
 * Pauses, resumes or cancels a campaign; between two rounds, one that visits its pages again can be paused and cancelled too. Pages that are leased at that moment are still committed. Cancelling excludes
 * the queued pages: the first 10,000 here, the rest by the scheduler's `excludeUnfetchable`.
 * Throws `campaign-unknown`, and `campaign-state` where the campaign is in no state for it.
 */
export async function setCampaignState(
  tx: Transaction,
  change: { campaignId: string; verb: keyof typeof verbs; actor: string; now: Date },
): Promise<CampaignState> {
  const { verb, now } = change;
  const campaign = await lockCampaign(tx, change.campaignId);
  const { from, to } = verbs[verb];
  const isPossible = from.some((state) => state === campaign.state) || (verb !== 'resume' && isBetweenRounds(campaign));
  if (!isPossible) {
    throw new NumfleetError('campaign-state', `The campaign is ${campaign.state}, so it cannot ${verb}.`);
  }
  await tx.query('update campaigns set state = $2, finished_at = $3 where id = $1', [
    campaign.id,
    to,
    to === 'cancelled' ? now : null,
  ]);
  if (verb === 'resume') await wakeFrontiers(tx, campaign.id);
  if (verb === 'cancel') await excludeCancelled(tx, { campaignId: campaign.id, limit: 10_000 });
  await recordAudit(tx, [
    {
      at: now,
      actor: change.actor,
      action: `campaign.${to}`,
      campaignId: campaign.id,
      details: { from: campaign.state },
    },
  ]);
  return to;
}

/** While it was paused its hosts were put to sleep. */
async function wakeFrontiers(tx: Transaction, campaignId: string): Promise<void> {
  await tx.query(
    'insert into frontier_wakeups (host_id) select distinct host_id from frontiers where campaign_id = $1',
    [campaignId],
  );
}
