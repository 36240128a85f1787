import { type Emit, errorCodeOf } from '@numfleet/contracts';
import { sleep, type TaskScope } from '@numfleet/service';

/** One round of a recurring task. It may tell when the next is to come: true is at once. */
export type Round = (now: Date) => Promise<void> | Promise<RoundEnd>;
export type RoundEnd = boolean | { againInMs: number };

/**
 * Runs `round` again and again in the scope, `ms` after the last one ended unless that tells otherwise. A round that throws is
 * reported and does not end the loop: Postgres and the queue come back.
 */
export function every(
  scope: TaskScope,
  name: string,
  ms: number,
  round: Round,
  report: (error: unknown | null) => void,
): void {
  scope.run(name, async (signal) => {
    while (!signal.aborted) {
      let pauseMs = ms;
      try {
        const end = await round(new Date());
        if (end === true) pauseMs = 0;
        else if (typeof end === 'object') pauseMs = end.againInMs;
        report(null);
      } catch (error) {
        if (!signal.aborted) report(error);
      }
      if (pauseMs > 0) await sleep(pauseMs, signal).catch(() => {});
    }
  });
}

/** Remembers the last trouble of each loop, for readiness, and logs it when it begins. */
export function createTroubles(emit: Emit) {
  const troubles = new Map<string, string>();
  return {
    reporter: (loop: string) => (error: unknown) => {
      if (error === null) {
        troubles.delete(loop);
        return;
      }
      const code = errorCodeOf(error);
      if (!troubles.has(loop)) emit({ type: 'loop.failed', loop, code, error });
      troubles.set(loop, code);
    },
    first: () => [...troubles].map(([loop, code]) => `${loop}: ${code}`)[0],
  };
}
