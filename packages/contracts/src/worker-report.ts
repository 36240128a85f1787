import { z } from 'zod';
import { epochMs } from './wire.ts';

/** What a process of the fleet says of itself every few seconds. */
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
