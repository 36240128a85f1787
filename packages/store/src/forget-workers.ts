import type { Db } from './store.ts';

const keptMs = 86_400_000;

/** Removes what processes said of themselves that have been silent for a day. */
export async function forgetWorkers(db: Db, options: { now: Date }): Promise<void> {
  await db.query('delete from workers where at < $1', [new Date(options.now.getTime() - keptMs)]);
}
