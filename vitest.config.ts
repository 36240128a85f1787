import { defineConfig } from 'vitest/config';
import { closingLineReporter } from './scripts/bootstrap/closing-line-reporter.ts';

/** Read by the tools of the repository only; configuration of the fleet itself is `packages/service`'s. */
const isCI = process.env.CI === 'true';

/** Whole fleets that are measured: their times, their order, what they leave behind. */
const fleetTests = ['test/{e2e,chaos}/**/*.test.ts', 'apps/cli/src/interrupt.test.ts'];
/** The command line on fleets that may take their time. */
const commandTests = ['apps/cli/**/*.test.ts'];
const notTests = ['**/node_modules/**', '**/.runtime/**', '**/.numfleet/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Machines that run tests are busy; one second, the default, is no time for a server.
    expect: { poll: { timeout: 10_000 } },
    allowOnly: !isCI,
    reporters: ['default', closingLineReporter(process)],
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          globalSetup: ['packages/embedded/src/testing/shared-postgres.ts'],
          include: ['{apps,packages,test}/**/*.test.ts'],
          exclude: [...notTests, ...fleetTests, ...commandTests],
        },
      },
      {
        extends: true,
        test: { name: 'scripts', include: ['scripts/**/*.test.ts'], exclude: notTests },
      },
      {
        // Waits for processes mostly, so that two at a time take little longer than one: after the rooms, which measure.
        extends: true,
        test: {
          name: 'commands',
          include: commandTests,
          exclude: [...notTests, ...fleetTests],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Each with its own Postgres and browsers and with deadlines to hold: after all others, one by one.
        extends: true,
        test: {
          name: 'fleet',
          include: fleetTests,
          exclude: notTests,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
