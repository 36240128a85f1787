import { type Emit, errorCodeOf } from '@numfleet/contracts';
import { sleep, type TaskScope } from '@numfleet/service';

/**
 * Runs `round` again and again in the scope, `ms` after the last one ended, at once when it resolves with true. A round
 * that throws is reported and does not end the loop: Postgres and the queue come back.
 */
export function every(
  scope: TaskScope,
  name: string,
  ms: number,
  round: (now: Date) => Promise<unknown>,
  report: (error: unknown | null) => void,
): void {
  scope.run(name, async (signal) => {
    while (!signal.aborted) {
      let again = false;
      try {
        again = (await round(new Date())) === true;
        report(null);
      } catch (error) {
        if (!signal.aborted) report(error);
      }
      if (!again) await sleep(ms, signal).catch(() => {});
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
