import type { Reporter, TestModule } from 'vitest/node';

type Tally = { passed: number; failed: number; skipped: number };

/**
 * Ends a run with the line that `npm test` promises, `N passed, N failed[, N skipped]`. The line and the exit code
 * never contradict each other: a file that cannot be loaded, a hook that fails and an error outside of any test each count as
 * one failure, and so does a run that tested nothing, broke down or was interrupted.
 *
 * @param runner the process of vitest; the line is printed at its very end, below the summary and all warnings
 */
export function closingLineReporter(runner: NodeJS.Process): Reporter {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  const printAtExit = () => {
    runner.once('exit', (code) => {
      if (tally.failed === 0 && (code !== 0 || tally.passed === 0)) tally.failed = 1;
      if (tally.failed > 0) runner.exitCode ||= 1;
      runner.stdout.write(`${closingLine(tally)}\n`);
    });
  };
  return {
    onInit: (vitest) => {
      if (!vitest.config.watch) printAtExit();
    },
    onTestRunEnd: (modules, unhandledErrors) => {
      Object.assign(tally, count(modules));
      tally.failed += unhandledErrors.length;
    },
  };
}

function count(modules: readonly TestModule[]): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    tally.failed += module.errors().length;
    for (const suite of module.children.allSuites()) tally.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // Pending: the run ended before it, so nothing is known of it; that is no success.
      tally[state === 'pending' ? 'failed' : state] += 1;
    }
  }
  return tally;
}

function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
