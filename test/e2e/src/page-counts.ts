import { type PageState, pageStates } from '@numfleet/contracts';
import type { FleetDatabase } from './databases.ts';

export type CountByState = Record<PageState, number>;

export interface PageCounts {
  /** Counted apart from the states, when a page is stored. */
  discovered: number;
  /** What the counters say, which is what the API shows. */
  counted: CountByState;
  /** What the rows say. */
  rows: CountByState;
}

/** The counters of a campaign and its rows, in one snapshot. */
export async function readPageCounts(truth: FleetDatabase, campaign: string): Promise<PageCounts> {
  type Row = { totals: Record<string, number> | null; rows: Record<string, number> | null };
  const [row] = await truth.query<Row>(
    `select
       (select jsonb_object_agg(counter, value) from campaign_totals where campaign_id = $1) as totals,
       (select jsonb_object_agg(state, pages) from (
          select state, count(*) as pages from pages where campaign_id = $1 group by state
        ) by_state) as rows`,
    [campaign],
  );
  return {
    discovered: row?.totals?.discovered ?? 0,
    counted: byState(row?.totals ?? {}),
    rows: byState(row?.rows ?? {}),
  };
}

export function sumOf(counts: CountByState): number {
  return pageStates.reduce((sum, state) => sum + counts[state], 0);
}

function byState(counts: Record<string, number>): CountByState {
  return Object.fromEntries(pageStates.map((state) => [state, counts[state] ?? 0])) as CountByState;
}
