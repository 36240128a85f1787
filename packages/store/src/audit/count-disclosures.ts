import type { Db } from '../store.ts';

export interface Disclosures {
  /** Reveals and traces that were begun. */
  times: number;
  /** Numbers that reveals gave away, of those that have ended. */
  numbers: number;
}

/** What was shown in plain, or traced, at somebody's request since then. */
export async function countDisclosures(db: Db, { actor, since }: { actor: string; since: Date }): Promise<Disclosures> {
  const { rows } = await db.query<Disclosures>(
    `select count(*) filter (where action <> 'numbers.revealed.ended')::int as times,
       coalesce(sum((details ->> 'numbers')::bigint) filter (where action = 'numbers.revealed.ended'), 0)::float8 as numbers
     from audit_events
     where actor = $1 and at > $2 and action in ('numbers.revealed', 'numbers.revealed.ended', 'number.traced')`,
    [actor, since],
  );
  return rows[0] ?? { times: 0, numbers: 0 };
}
