import type { Db } from './store.ts';

/**
 * Has the monthly partitions made that the sightings of the next two months will expire in, for each retention that a
 * running campaign has, or one that has another round to come. To be called daily; costs nothing when they are there.
 */
export async function ensureSightingPartitions(db: Db, options: { now: Date }): Promise<void> {
  await db.query(
    `select ensure_sightings_partitions(
       $1::timestamptz + retention_days * interval '1 day', $1::timestamptz + (retention_days + 62) * interval '1 day')
     from (select distinct retention_days from campaigns 
       where state in ('active', 'paused') or (state = 'finished' and every_seconds is not null) order by 1) running`,
    [options.now],
  );
}
