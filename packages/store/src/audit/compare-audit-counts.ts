import type { Db } from '../store.ts';

/**
 * The campaigns whose events do not add up to their counters, which the database wrote in the same transactions: that is how
 * an event shows that went before it was sealed. One snapshot for both sides.
 */
export async function compareCounts(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ campaignId: string }>(
    `with told as (
       select campaign_id, counter, sum(case action when 'page.committed' then 1 else -1 end * (details ->> counter)::numeric)
         as value
       from audit_events cross join (values ('numbers'), ('sightings')) counters (counter)
       where action in ('page.committed', 'findings.expired', 'findings.erased') and campaign_id is not null
         and jsonb_typeof(details -> counter) = 'number'
       group by 1, 2
     )
     select distinct coalesce(told.campaign_id, t.campaign_id) as "campaignId"
     from told full join (select * from campaign_totals where counter in ('numbers', 'sightings')) t
       on t.campaign_id = told.campaign_id and t.counter = told.counter
     where coalesce(told.value, 0) <> coalesce(t.value, 0) order by 1 limit 100`,
  );
  return rows.map(({ campaignId }) => campaignId);
}
