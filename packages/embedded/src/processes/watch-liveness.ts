import { sleep, withDeadline } from '@numfleet/service';
import type { Liveness } from './process-spec.ts';

/**
 * Asks again and again whether a process lives. Resolves with `hung` once it has given no good answer for `silentMs`, and
 * with `over` when `signal` aborts.
 *
 * A round that took longer than it can says that it was we who did not run: a machine that slept, a supervisor that was
 * stopped, a processor that others had. That silence is not held against the process, or all would be killed at waking.
 */
export async function watchLiveness(liveness: Liveness, signal: AbortSignal): Promise<'hung' | 'over'> {
  const { everyMs, answerMs, silentMs } = liveness;
  let silent = 0;
  let at = performance.now();
  while (silent < silentMs) {
    await sleep(everyMs, signal).catch(() => {});
    const isAlive = await withDeadline(liveness.check, answerMs, { signal }).catch(() => false);
    if (signal.aborted) return 'over';
    const roundMs = performance.now() - at;
    at += roundMs;
    const weRan = roundMs < everyMs + answerMs + everyMs;
    silent = isAlive || !weRan ? 0 : silent + roundMs;
  }
  return 'hung';
}
