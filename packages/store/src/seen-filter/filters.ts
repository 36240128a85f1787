import type { FilterState } from '@numfleet/contracts';
import type { Db, Transaction } from '../store.ts';

/** A filter over the pages of a campaign that was built and not dropped yet. */
export interface BuiltFilter {
  campaignId: string;
  generation: number;
  state: FilterState;
  keys: number;
  bytes: number;
  hashes: number;
  builtAt: Date;
  /** Windows of answers in a row that were as usual, and that were not. */
  goodWindows: number;
  strikes: number;
}

/** A campaign in progress, with its filters and what it knows of how often they are wrong. */
export interface FilteredCampaign {
  campaignId: string;
  inProgress: boolean;
  /** Pages that it knows. */
  pages: number;
  newest: number;
  /** As the scheduler wrote it down; null before the first. */
  baseline: unknown;
  filters: BuiltFilter[];
}

/** Campaigns of so many pages, and those that have filters whatever has become of them. */
export async function readFilteredCampaigns(db: Db, leastPages: number): Promise<FilteredCampaign[]> {
  const { rows } = await db.query<Omit<FilteredCampaign, 'filters'>>(
    `select c.id as "campaignId", c.state in ('active', 'paused') as "inProgress", t.value::float8 as pages,
       coalesce(b.newest, 0) as newest, b.baseline
     from campaigns c join campaign_totals t on t.campaign_id = c.id and t.counter = 'discovered'
     left join seen_filter_baselines b on b.campaign_id = c.id
     where (c.state in ('active', 'paused') and t.value >= $1)
       or exists (select from seen_filters f where f.campaign_id = c.id) order by c.id`,
    [leastPages],
  );
  const filters = Map.groupBy(await readFilters(db), (filter) => filter.campaignId);
  return rows.map((row) => ({ ...row, filters: filters.get(row.campaignId) ?? [] }));
}

export async function readFilters(db: Db): Promise<BuiltFilter[]> {
  const { rows } = await db.query<BuiltFilter>(
    `select campaign_id as "campaignId", generation, state, keys::float8 as keys, bytes, hashes, built_at as "builtAt",
       good_windows as "goodWindows", strikes from seen_filters order by campaign_id, generation`,
  );
  return rows;
}

export async function addFilter(tx: Transaction, filter: Omit<BuiltFilter, 'goodWindows' | 'strikes'>): Promise<void> {
  const { campaignId, generation, state, keys, bytes, hashes, builtAt } = filter;
  await tx.query(
    `with counted as (
       insert into seen_filter_baselines (campaign_id, newest) values ($1, $2)
       on conflict (campaign_id) do update set newest = excluded.newest
     )
     insert into seen_filters (campaign_id, generation, state, keys, bytes, hashes, built_at) values ($1, $2, $3, $4, $5, $6, $7)`,
    [campaignId, generation, state, keys, bytes, hashes, builtAt],
  );
}

export async function changeFilter(
  tx: Transaction,
  { campaignId, generation, state, goodWindows, strikes }: BuiltFilter,
): Promise<void> {
  await tx.query(
    'update seen_filters set state = $3, good_windows = $4, strikes = $5 where campaign_id = $1 and generation = $2',
    [campaignId, generation, state, goodWindows, strikes],
  );
}

export async function dropFilter(tx: Transaction, { campaignId, generation }: BuiltFilter): Promise<void> {
  await tx.query('delete from seen_filters where campaign_id = $1 and generation = $2', [campaignId, generation]);
  await tx.query('delete from seen_filter_answers where campaign_id = $1 and generation = $2', [
    campaignId,
    generation,
  ]);
}

export async function keepBaseline(tx: Transaction, campaignId: string, baseline: object): Promise<void> {
  await tx.query('update seen_filter_baselines set baseline = $2 where campaign_id = $1', [
    campaignId,
    JSON.stringify(baseline),
  ]);
}
