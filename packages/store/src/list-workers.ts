import { type WorkerReport, workerReport } from '@numfleet/contracts';
import type { Db } from './store.ts';

/** The processes that reported themselves within the last `withinMs`, by app and name. */
export async function listWorkers(db: Db, options: { now: Date; withinMs: number }): Promise<WorkerReport[]> {
  const { rows } = await db.query<{ report: unknown }>(`select report from workers where at > $1 order by app, name`, [
    new Date(options.now.getTime() - options.withinMs),
  ]);
  return rows.flatMap(({ report }) => {
    // A row of another version of Numfleet, while the fleet is updated.
    const parsed = workerReport.safeParse(report);
    return parsed.success ? [parsed.data] : [];
  });
}
