import { type CampaignLimits, type CampaignSettings, NumfleetError } from '@numfleet/contracts';
import { isBetweenRounds, lockCampaign } from './lock-campaign.ts';
import { recordAudit } from './record-audit.ts';
import type { Transaction } from './store.ts';

/**
 * Changes the limits of a campaign that runs, or that has another round to come. What is leased ends under those that it was leased under; what was excluded for
 * the page budget is queued again as far as a larger one allows, in the order in which it was found. A smaller budget takes
 * nothing back. Throws `campaign-unknown`, and `campaign-state` for one that has ended.
 */
export async function changeLimits(
  tx: Transaction,
  change: { campaignId: string; limits: CampaignLimits; actor: string; now: Date },
): Promise<void> {
  const campaign = await lockCampaign(tx, change.campaignId);
  const { id, state, settings } = campaign;
  if (state !== 'active' && state !== 'paused' && !isBetweenRounds(campaign)) {
    throw new NumfleetError('campaign-state', `The campaign is ${state}, so its limits stay. Start a new one.`);
  }
  const given = Object.entries(change.limits).filter(([, value]) => value !== undefined);
  const limits = Object.fromEntries(given);
  const changed: CampaignSettings = { ...settings, ...limits };
  await tx.query('update campaigns set settings = $2 where id = $1', [id, JSON.stringify(changed)]);
  const pages = changed.maxPages > settings.maxPages ? await queueWithinBudget(tx, id, changed.maxPages) : 0;
  if (state === 'finished' && pages > 0) {
    await tx.query("update campaigns set state = 'active', finished_at = null where id = $1", [id]);
  }
  // A host that sleeps until a delay is over that is shorter now is looked at again.
  await tx.query(
    'insert into frontier_wakeups (host_id) select distinct host_id from frontiers where campaign_id = $1',
    [id],
  );
  const event = { at: change.now, actor: change.actor, action: 'campaign.limits-changed', campaignId: id };
  await recordAudit(tx, [{ ...event, details: { ...limits, pages } }]);
}

async function queueWithinBudget(tx: Transaction, campaignId: string, maxPages: number): Promise<number> {
  const { count } = await tx.query(
    `with admitted as (
       select coalesce(sum(value), 0) as pages from campaign_totals
       where campaign_id = $1 and counter in ('queued', 'leased', 'done', 'failed')
     ), wanted as (
       select id, host_id from pages where campaign_id = $1 and state = 'excluded' and code = 'page-budget'
       order by depth, id limit greatest(0, $2 - (select pages from admitted))
     )
     update pages p set state = 'queued', code = null from wanted where p.id = wanted.id and p.host_id = wanted.host_id`,
    [campaignId, maxPages],
  );
  return count;
}
