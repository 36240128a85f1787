import { NumfleetError } from '@numfleet/contracts';
import type { OfferedPage } from './admission.ts';
import { type InsertOptions, type InsertReport, insertPages } from './insert-pages.ts';
import { lockCampaign } from './lock-campaign.ts';
import { recordAudit } from './record-audit.ts';
import type { Transaction } from './store.ts';

export interface EnqueuePages extends InsertOptions {
  campaignId: string;
  pages: readonly OfferedPage[];
  actor: string;
}

/**
 * Adds pages to a campaign; a finished one that gets work again is active again. Throws `campaign-unknown`, and
 * `campaign-state` for a cancelled one.
 */
export async function enqueuePages(tx: Transaction, enqueue: EnqueuePages): Promise<InsertReport> {
  const campaign = await lockCampaign(tx, enqueue.campaignId);
  if (campaign.state === 'cancelled') {
    throw new NumfleetError('campaign-state', 'The campaign was cancelled and takes no more pages. Start a new one.');
  }
  const report = await insertPages(tx, campaign, enqueue.pages, enqueue);
  if (campaign.state === 'finished' && report.added > 0) {
    await tx.query("update campaigns set state = 'active', finished_at = null where id = $1", [campaign.id]);
  }
  await recordAudit(tx, [
    {
      at: enqueue.now,
      actor: enqueue.actor,
      action: 'campaign.enqueued',
      campaignId: campaign.id,
      details: { ...report, offered: enqueue.pages.length },
    },
  ]);
  return report;
}
