import { SingleBar } from 'cli-progress';
import { type FaultResult, type Game, passed, type Scenario } from '../frame/scenario.ts';

type Progress = Pick<Game, 'onStep' | 'onResult'> & { onScenario(scenario: Scenario): void; end(): void };

/** A bar over all faults on a terminal, a line a result elsewhere. */
export function createProgress(stderr: NodeJS.WriteStream, scenarios: readonly Scenario[]): Progress {
  if (!stderr.isTTY) return createLines(stderr);
  const total = scenarios.reduce((sum, { faults }) => sum + faults.length, 0);
  const format = ' game day {bar} {value}/{total} faults · {id} {doing}';
  const bar = new SingleBar({ format, barsize: 24, stream: stderr, hideCursor: true, linewrap: false });
  bar.start(total, 0, { id: '', doing: '' });
  return {
    onScenario: ({ id }) => bar.update({ id, doing: '' }),
    onStep: ({ fault, doing }) => bar.update({ doing: [fault, doing].filter((part) => part !== '').join(': ') }),
    onResult: () => bar.increment(),
    end: () => bar.stop(),
  };
}

function createLines(stderr: NodeJS.WriteStream): Progress {
  return {
    onScenario: ({ id, title }) => void stderr.write(`${id} ${title}\n`),
    onStep() {},
    onResult: (result) =>
      void stderr.write(`  ${passed(result) ? 'held' : 'FAILED'}: ${result.fault}${reasonOf(result)}\n`),
    end() {},
  };
}

function reasonOf({ error, assertions }: FaultResult): string {
  const failing = assertions.filter(({ holds }) => !holds).map(({ name, measured }) => `${name}: ${measured}`);
  const reasons = [...failing, ...(error === null ? [] : [error])];
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
}
