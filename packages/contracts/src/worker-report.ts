import { z } from 'zod';
import { epochMs } from './wire.ts';

/** How often a process reports itself, ms. */
export const workerReportEveryMs = 5_000;

/** What a process of the fleet says of itself. Times are of its own clock where it sends it, of the sink's where it is kept. */
export const workerReport = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,63}$/),
  app: z.enum(['scheduler', 'crawler', 'sink', 'console']),
  startedAt: epochMs,
  at: epochMs,
  /** Messages that it works on, and the most that it would at a time. */
  jobsInFlight: z.int().nonnegative(),
  capacity: z.int().nonnegative(),
  /** Messages taken and ended since it started (I9). */
  taken: z.int().nonnegative(),
  ended: z.int().nonnegative(),
  rssBytes: z.int().nonnegative(),
  /** Running browsers and the pages open in them; 0 where there are none. */
  browsers: z.int().nonnegative(),
  browserPages: z.int().nonnegative(),
  /** Whether its browsers run sandboxed; null while it has started none. */
  sandboxed: z.boolean().nullable(),
});
export type WorkerReport = z.infer<typeof workerReport>;

/**
 * A report in its queue. Crawlers alone send them so; the others write theirs into Postgres. A crawler that was taken
 * over may invent them: whoever reads one learns nothing but what that crawler says.
 */
export const workerReportMessage = z.strictObject({
  v: z.literal(1),
  kind: z.literal('report'),
  report: workerReport.extend({ app: z.literal('crawler') }),
});
export type WorkerReportMessage = z.infer<typeof workerReportMessage>;

/** The queue's id of a report: at most one of a worker waits. */
export function reportJobIdOf({ report }: WorkerReportMessage): string {
  return `report-${report.name}`;
}
