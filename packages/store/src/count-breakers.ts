import type { BreakerReason, BreakerState } from '@numfleet/contracts';
import type { Db } from './store.ts';

export interface BreakerCount {
  breaker: Exclude<BreakerState, 'closed'>;
  reason: BreakerReason;
  hosts: number;
}

/** Hosts whose breaker is not closed; an open one whose time has come stays open until somebody wants something of it. */
export async function countBreakers(db: Db): Promise<BreakerCount[]> {
  const { rows } = await db.query<BreakerCount>(
    `select breaker, breaker_reason as reason, count(*)::int as hosts from hosts
     where breaker <> 'closed' group by breaker, breaker_reason`,
  );
  return rows;
}
