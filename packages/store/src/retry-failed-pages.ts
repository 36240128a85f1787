import { NumfleetError } from '@numfleet/contracts';
import { lockCampaign } from './lock-campaign.ts';
import { recordAudit } from './record-audit.ts';
import type { Transaction } from './store.ts';

export interface RetryFailedPages {
  campaignId: string;
  actor: string;
  now: Date;
}

/**
 * Queues a campaign's failed pages again, quarantined ones included, with all their tries; a finished campaign that gets
 * work that way is active again. Gives how many. Throws `campaign-unknown`, and `campaign-state` for a cancelled one.
 */
export async function retryFailedPages(tx: Transaction, retry: RetryFailedPages): Promise<number> {
  const campaign = await lockCampaign(tx, retry.campaignId);
  if (campaign.state === 'cancelled') {
    throw new NumfleetError('campaign-state', 'The campaign was cancelled, so nothing of it is retried.');
  }
  const { count } = await tx.query(
    `update pages set state = 'queued', code = null, attempts = 0, throttled = 0, worker_losses = 0, not_before = null
     where campaign_id = $1 and state = 'failed'`,
    [campaign.id],
  );
  if (campaign.state === 'finished' && count > 0) {
    await tx.query("update campaigns set state = 'active', finished_at = null where id = $1", [campaign.id]);
  }
  const event = { at: retry.now, actor: retry.actor, action: 'campaign.retried', campaignId: campaign.id };
  await recordAudit(tx, [{ ...event, details: { pages: count } }]);
  return count;
}
