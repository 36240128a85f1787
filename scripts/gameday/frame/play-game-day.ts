import type { FaultResult, Game, Scenario } from './scenario.ts';

/** What a scenario is given for stopping after its deadline, ms: it undoes its faults and stops its fleet. */
const undoMs = 30_000;

/**
 * Plays scenarios one after the other. One that throws, or takes longer than its deadline, is a result that failed and
 * does not keep the others from being played; when `stop` aborts, what is played is undone and no other begins.
 */
export async function playGameDay(
  scenarios: readonly Scenario[],
  game: Omit<Game, 'onResult'> & { onScenario(scenario: Scenario): void; onResult?: Game['onResult'] },
): Promise<FaultResult[]> {
  const results: FaultResult[] = [];
  for (const scenario of scenarios) {
    if (game.stop.aborted) break;
    game.onScenario(scenario);
    const own: FaultResult[] = [];
    const onResult = (result: FaultResult) => {
      own.push(result);
      game.onResult?.(result);
    };
    const error = await playWithin(scenario, { ...game, onResult });
    results.push(...own);
    // Each fault has a result, also that which was never reached.
    if (error !== null)
      results.push(...scenario.faults.slice(own.length).map((fault) => notPlayed(scenario, fault, error)));
  }
  return results;
}

/** What kept the scenario from being played to its end; null where nothing did. */
async function playWithin(scenario: Scenario, game: Game): Promise<string | null> {
  const late = AbortSignal.timeout(scenario.deadlineMs);
  const stop = AbortSignal.any([game.stop, late]);
  const tooLate = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => {
      setTimeout(() => reject(new Error('did not stop after its deadline')), undoMs).unref();
    });
  });
  try {
    await Promise.race([scenario.play({ ...game, stop }), tooLate]);
    return null;
  } catch (error) {
    if (game.stop.aborted) return 'interrupted';
    if (late.aborted) return `not done within ${scenario.deadlineMs / 1_000} s`;
    return error instanceof Error ? error.message : String(error);
  }
}

function notPlayed({ id }: Scenario, fault: string, error: string): FaultResult {
  const nowhere = { metric: '', labels: {} };
  const signal = { ...nowhere, least: 1, withinSeconds: 0, elsewhere: nowhere, rose: false, seconds: null };
  return {
    ...{ id, fault, signal, error },
    ...{ injected: false, survived: false, assertions: [], controls: [], samples: [] },
  };
}
