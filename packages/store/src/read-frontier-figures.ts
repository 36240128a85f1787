import { readDueHosts } from './due-hosts.ts';
import { planHosts } from './plan-hosts.ts';
import { readSlotGroups } from './slot-groups.ts';
import type { Db } from './store.ts';

export interface FrontierFigures {
  /** Jobs that a claim without a window could lease at this moment under I7: what is left of the demand. */
  claimable: number;
  leasedPages: number;
  leasedRobots: number;
  /** Hosts that have been woken since the last claim. */
  wakeups: number;
}

/** Figures for gauges and for scaling the crawlers. Locks nothing; `claimable` is cut at the jobs of 1,000 due hosts. */
export async function readFrontierFigures(db: Db, options: { now: Date }): Promise<FrontierFigures> {
  const due = await readDueHosts(db, { now: options.now, limit: 1_000, lock: false });
  const plans = planHosts(due.hosts, await readSlotGroups(db), options.now, Number.POSITIVE_INFINITY);
  const planned = plans.reduce((sum, { plan }) => sum + plan.pages.length + plan.robots.length, 0);
  const { rows } = await db.query<Omit<FrontierFigures, 'claimable'>>(
    `select (select count(*)::int from pages where state = 'leased') as "leasedPages",
       (select count(*)::int from origins where robots_state = 'leased') as "leasedRobots",
       (select count(distinct host_id)::int from frontier_wakeups) as wakeups`,
  );
  const counted = rows[0] ?? { leasedPages: 0, leasedRobots: 0, wakeups: 0 };
  return { ...counted, claimable: planned + due.unasked.length };
}
