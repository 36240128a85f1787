import { type CampaignState, type CampaignStatus, pageStates, rowId } from '@numfleet/contracts';
import { unknownCampaign } from './lock-campaign.ts';
import type { Db } from './store.ts';

/** One campaign's status, exact, from one snapshot. Throws `campaign-unknown`. */
export async function readCampaignStatus(db: Db, campaignId: string, now: Date): Promise<CampaignStatus> {
  if (!rowId.safeParse(campaignId).success) throw unknownCampaign();
  const [status] = await readStatuses(db, now, 'c.id = $2', campaignId);
  if (!status) throw unknownCampaign();
  return status;
}

/** The newest campaigns first, at most `limit`. */
export async function listCampaigns(db: Db, options: { now: Date; limit?: number }): Promise<CampaignStatus[]> {
  return await readStatuses(
    db,
    options.now,
    'c.id in (select id from campaigns order by id desc limit $2)',
    options.limit ?? 100,
  );
}

interface StatusRow {
  campaign: string;
  name: string;
  purpose: string;
  state: CampaignState;
  excluded_overflow: string;
  totals: Record<string, number>;
  seconds: number;
  everySeconds: number | null;
  nextVisitAt: Date | null;
}

async function readStatuses(db: Db, now: Date, where: string, value: string | number): Promise<CampaignStatus[]> {
  const { rows } = await db.query<StatusRow>(
    `select c.id as campaign, c.name, c.purpose, c.state, c.excluded_overflow,
       extract(epoch from coalesce(c.finished_at, $1) - coalesce(c.reopened_at, c.created_at))::float8 as seconds,
       c.every_seconds as "everySeconds", case when c.every_seconds is not null and c.state <> 'cancelled' then (
         select revisit_at from pages
         where campaign_id = c.id and state in ('done', 'failed', 'excluded') and revisit_at is not null
         order by revisit_at limit 1
       ) end as "nextVisitAt",
       (select coalesce(jsonb_object_agg(t.counter, t.value), '{}') from campaign_totals t where t.campaign_id = c.id)
         as totals
     from campaigns c where ${where} order by c.id desc`,
    [now, value],
  );
  return rows.map(({ totals, excluded_overflow, seconds, nextVisitAt, ...campaign }) => ({
    ...campaign,
    discovered: totals.discovered ?? 0,
    pages: Object.fromEntries(pageStates.map((state) => [state, totals[state] ?? 0])) as CampaignStatus['pages'],
    excludedOverflow: Number(excluded_overflow),
    numbers: totals.numbers ?? 0,
    sightings: totals.sightings ?? 0,
    seconds: Math.max(0, seconds),
    nextVisitAt: nextVisitAt?.toISOString() ?? null,
  }));
}
