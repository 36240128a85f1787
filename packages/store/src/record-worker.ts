import type { WorkerReport } from '@numfleet/contracts';
import type { Db } from './store.ts';

/** Names beyond these are not taken in: a crawler that was taken over may invent any number of them (I8). */
const maxWorkers = 1_000;

/**
 * Keeps what a process says of itself, in place of what it said before. What claims to be a crawler gets no row of
 * another app: crawlers' reports come from the hostile zone.
 */
export async function recordWorker(db: Db, report: WorkerReport): Promise<void> {
  await db.query(
    `insert into workers (name, app, at, report)
     select $1, $2, $3, $4
     where exists (select from workers where name = $1) or (select count(*) from workers) < $5
     on conflict (name) do update set app = excluded.app, at = excluded.at, report = excluded.report
     where excluded.app <> 'crawler' or workers.app = 'crawler'`,
    [report.name, report.app, new Date(report.at), JSON.stringify(report), maxWorkers],
  );
}
