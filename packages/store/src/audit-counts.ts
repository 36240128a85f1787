import { pageStates } from '@numfleet/contracts';
import type { Db } from './store.ts';

export interface CountAudit {
  /** By counter: what the counters say and what the tables hold. */
  counters: Record<string, { counted: number; held: number }>;
  /** Every counter equals what the tables hold, and discovered equals the sum of the states (I9). */
  exact: boolean;
}

/** Compares a campaign's counters with its rows, in one snapshot. Reads every page of the campaign. */
export async function auditCounts(db: Db, campaignId: string): Promise<CountAudit> {
  const { rows } = await db.query<{ counter: string; counted: string; held: string }>(
    `with held as (
       select state as counter, count(*) as value from pages where campaign_id = $1 group by state
       union all select 'discovered', count(*) from pages where campaign_id = $1
       union all select 'numbers', count(*) from numbers where campaign_id = $1
       union all select 'sightings', count(*) from sightings where campaign_id = $1
     )
     select counter, coalesce(t.value, 0) as counted, coalesce(held.value, 0) as held
     from held full join (select counter, value from campaign_totals where campaign_id = $1) t using (counter)`,
    [campaignId],
  );
  const counters = Object.fromEntries(
    rows.map((row) => [row.counter, { counted: Number(row.counted), held: Number(row.held) }]),
  );
  const states = pageStates.reduce((sum, state) => sum + (counters[state]?.counted ?? 0), 0);
  const exact =
    states === (counters.discovered?.counted ?? 0) &&
    Object.values(counters).every(({ counted, held }) => counted === held);
  return { counters, exact };
}
