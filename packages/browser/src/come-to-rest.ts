import { setTimeout as sleep } from 'node:timers/promises';
import type { Activity } from './page-activity.ts';
import { settles } from './settles.ts';
import type { RequestWatch } from './watch-requests.ts';

/**
 * `restless`: it goes on changing or is slow to answer, or others than its own site have still to send. `unfinished`: its
 * own site has, or it does not answer.
 */
export type Rest = 'rested' | 'restless' | 'unfinished';

/**
 * Waits until a page has done what it does by itself: for half a second no request that may change it was under way, its
 * document stood still, and it answers at once. Where it has set nothing for that half second and may be told nothing
 * either, 150 ms are enough, or five times what its answer takes. Where its scripts run late, because they are long or the
 * machine is short of time, such a time without a request means nothing, so the wait starts anew: pages of a busy fleet
 * were read before they had asked for their content. Where it answers within a second, 2.5 s without anything do. A document
 * that never stands still (a clock, a banner) is at rest when the count of its digits is.
 *
 * What the page's own site has still to send is waited for until `timeoutMs`; others, and all else, for 5 s after that.
 * Ends early when there is no more sense in waiting (`pointless`).
 */
export async function comesToRest(
  parts: { requests: RequestWatch; look: () => Promise<Activity>; pointless: AbortSignal },
  timeoutMs: number,
): Promise<Rest> {
  const { requests, look, pointless } = parts;
  const startedAt = performance.now();
  const endsAt = startedAt + timeoutMs;
  let since = startedAt;
  let digits = { count: -1, at: startedAt };
  let answers = await settles(look(), timeoutMs); // the watching begins with it
  for (let now = startedAt; answers && isWorthWaiting(now); now = performance.now()) {
    if (Math.min(requests.quietForMs('all'), now - since) < leastQuietMs) {
      await sleep(25);
      continue;
    }
    const looking = look();
    answers = await settles(looking, endsAt - now);
    if (!answers) break;
    const { unchangedForMs, digits: count, expects } = await looking;
    const answeredAt = performance.now();
    if (count !== digits.count) digits = { count, at: answeredAt };
    const answerMs = answeredAt - now;
    const stillMs = Math.min(unchangedForMs, requests.quietForMs('all'));
    if (answerMs < slowMs && stillMs >= longQuietMs) return 'rested';
    if (answerMs >= promptMs) {
      since = answeredAt;
      continue;
    }
    const untoldMs = Math.min(requests.quietForMs('all'), answeredAt - since);
    const enoughMs = expects || requests.listens() ? quietMs : Math.max(leastQuietMs, 5 * answerMs);
    if (Math.min(stillMs, untoldMs) >= enoughMs) return 'rested';
    if (untoldMs >= quietMs && answeredAt - digits.at >= steadyMs) return 'rested';
    await sleep(Math.min(100, Math.max(25, enoughMs - Math.min(stillMs, untoldMs))));
  }
  return answers && !requests.isWaiting() ? 'restless' : 'unfinished';

  function isWorthWaiting(now: number): boolean {
    return now < endsAt && !pointless.aborted && Math.min(requests.quietForMs('own'), now - startedAt) < settleMs;
  }
}

const quietMs = 500;
const leastQuietMs = 150;
const longQuietMs = 2_500;
const promptMs = 100;
const slowMs = 1_000;
const steadyMs = 1_500;
const settleMs = 5_000;
