import type { Db } from './store.ts';

/** Delays are an hour at most: of a host asked before that it is all the same how long ago. */
const longestDelayMs = 3_600_000;

/**
 * For when a scheduler's clock was set, from `before` to `now`: how long ago a host was asked cannot be told from it any
 * more. Every host asked within the last hour by either of the two, and every one that a worker is at, is taken for one
 * asked just now, and looked at again when its delay is over, whatever hour it was sleeping until. Who asked to be left alone is left alone for as much longer
 * as the clock went forward; when it went back, he waits too long rather than not long enough. Reads all hosts; clocks are
 * set seldom. Gives how many.
 */
export async function restartAllClocks(db: Db, { before, now }: { before: Date; now: Date }): Promise<number> {
  const since = new Date(Math.min(before.getTime(), now.getTime()) - longestDelayMs);
  const forwardMs = Math.max(0, now.getTime() - before.getTime());
  const { count } = await db.query(
    `with under_way as (
       select host_id as id from pages where state = 'leased'
       union select robots_host_id from origins where robots_state = 'leased'
     )
     update hosts set
       last_requested_at =
         case when last_requested_at > $2 or id in (select id from under_way) then $1 else last_requested_at end,
       not_before = case when not_before > $3 then not_before + $4 * interval '1 ms' else not_before end,
       due_at = least(due_at, $1)
     where last_requested_at > $2 or due_at > $1 or not_before > $3 or id in (select id from under_way)`,
    [now, since, before, forwardMs],
  );
  return count;
}
