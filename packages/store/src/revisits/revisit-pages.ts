import { recordAudit } from '../record-audit.ts';
import type { Transaction } from '../store.ts';

/**
 * Queues the pages again that are due to be visited again, at most `limit` a campaign; a finished campaign that gets work that
 * way begins a new round, a paused one waits. Gives how many, and whether there are more. What had been excluded is queued as far
 * as the page budget allows, and is excluded for that otherwise. It waits for no lock: what somebody else holds is left to the
 * next call.
 */
export async function revisitPages(
  tx: Transaction,
  { now, limit = 1_000 }: { now: Date; limit?: number },
): Promise<{ pages: number; more: boolean }> {
  const campaigns = await lockDueCampaigns(tx, now);
  if (campaigns.length === 0) return { pages: 0, more: false };
  const queued = await queueDue(tx, campaigns, now, limit);
  await beginRounds(tx, queued, now);
  return {
    pages: queued.reduce((sum, { pages }) => sum + pages, 0),
    more: queued.some(({ taken }) => taken === limit),
  };
}

/** Whoever queues a page holds its campaign's lock, so that the end of it can be decided (I9). */
async function lockDueCampaigns(tx: Transaction, now: Date): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from campaigns c
     where every_seconds is not null and state in ('active', 'finished') and exists (
       select from pages where campaign_id = c.id and revisit_at <= $1 and state in ('done', 'failed', 'excluded')
     )
     order by id for no key update skip locked`,
    [now],
  );
  return rows.map(({ id }) => id);
}

interface Queued {
  campaignId: string;
  pages: number;
  /** With those that the budget had no room for. */
  taken: number;
}

async function queueDue(tx: Transaction, campaignIds: readonly string[], now: Date, limit: number): Promise<Queued[]> {
  const { rows } = await tx.query<Queued>(
    `with budget as (
       select c.id, c.max_pages - (
         select coalesce(sum(value), 0) from campaign_totals t
         where t.campaign_id = c.id and t.counter in ('queued', 'leased', 'done', 'failed')
       ) as room
       from campaigns c where c.id = any($2::bigint[])
     ), due as (
       select p.id, p.host_id, p.state = 'excluded'
         and row_number() over (partition by budget.id, p.state = 'excluded' order by p.revisit_at, p.id) > budget.room as is_over
       from budget cross join lateral (
         select id, host_id, state, revisit_at from pages
         where campaign_id = budget.id and revisit_at <= $1 and state in ('done', 'failed', 'excluded')
         order by revisit_at limit $3 for update skip locked
       ) p
     ), taken as (
       update pages p set state = case when is_over then 'excluded' else 'queued' end,
         code = case when is_over then 'page-budget' end, revisit_at = null, not_before = null,
         attempts = 0, throttled = 0, worker_losses = 0
       from due where p.id = due.id and p.host_id = due.host_id returning p.campaign_id, is_over
     )
     select campaign_id as "campaignId", count(*) filter (where not is_over)::int as pages, count(*)::int as taken
     from taken group by 1 order by 1`,
    [now, campaignIds, limit],
  );
  return rows;
}

async function beginRounds(tx: Transaction, queued: readonly Queued[], now: Date): Promise<void> {
  const withWork = queued.filter(({ pages }) => pages > 0);
  if (withWork.length === 0) return;
  const { rows } = await tx.query<{ id: string }>(
    `update campaigns set state = 'active', finished_at = null, reopened_at = $2
     where id = any($1::bigint[]) and state = 'finished' returning id`,
    [withWork.map(({ campaignId }) => campaignId), now],
  );
  const events = rows.map(({ id }) => ({ at: now, actor: 'scheduler', action: 'campaign.reopened', campaignId: id }));
  await recordAudit(
    tx,
    events.map((event) => ({ ...event, details: {} })),
  );
}
