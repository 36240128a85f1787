import type { Db } from './store.ts';

/**
 * Folds the deltas that statements left into the counts, in one statement, so that a reader sees each delta once:
 * unfolded or folded. To be called about every second. Of two at once the second does nothing, and does not wait.
 * Gives how many deltas it folded.
 */
export async function foldCounts(db: Db): Promise<number> {
  const { rows } = await db.query<{ folded: number }>(
    `with taken as (
       delete from campaign_count_deltas where (select pg_try_advisory_xact_lock(hashtext('numfleet.fold-counts')))
       returning campaign_id, counter, delta
     ), folded as (
       insert into campaign_counts as c (campaign_id, counter, value)
       select campaign_id, counter, sum(delta) from taken group by 1, 2 order by 1, 2
       on conflict (campaign_id, counter) do update set value = c.value + excluded.value
     )
     select count(*)::int as folded from taken`,
  );
  return rows[0]?.folded ?? 0;
}
