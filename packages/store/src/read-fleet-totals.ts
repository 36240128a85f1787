import type { Db } from './store.ts';

export interface FleetTotals {
  done: number;
  failed: number;
  sightings: number;
}

/** Pages done and failed and sightings stored, of all campaigns together; reads the counters alone. */
export async function readFleetTotals(db: Db): Promise<FleetTotals> {
  const { rows } = await db.query<{ counter: keyof FleetTotals; value: string }>(
    `select counter, sum(value) as value from campaign_totals
     where counter in ('done', 'failed', 'sightings') group by counter`,
  );
  const totals = Object.fromEntries(rows.map(({ counter, value }) => [counter, Number(value)]));
  return { done: 0, failed: 0, sightings: 0, ...totals };
}
