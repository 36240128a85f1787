import { playFault } from './play-fault.ts';
import type { Fault, FaultResult, Field, Scenario } from './scenario.ts';

/** A scenario of faults that share one fleet, which is started for it and ended with it. */
export function defineScenario<F extends Field>(plan: {
  id: string;
  title: string;
  deadlineMs: number;
  open(stop: AbortSignal): Promise<F>;
  faults: readonly Fault<F>[];
}): Scenario {
  const { id, title, deadlineMs, open, faults } = plan;
  return {
    id,
    title,
    deadlineMs,
    faults: faults.map((fault) => fault.title),
    async play(game) {
      const results: FaultResult[] = [];
      game.onStep({ fault: '', doing: 'starting a fleet' });
      await using field = await open(game.stop);
      for (const fault of faults) {
        game.stop.throwIfAborted();
        const result = await playFault(id, field, fault, game);
        results.push(result);
        game.onResult(result);
      }
      return results;
    },
  };
}
