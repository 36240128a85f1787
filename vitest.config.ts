import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { closingLineReporter } from './scripts/bootstrap/closing-line-reporter.ts';
import { SpreadFleets } from './scripts/bootstrap/spread-fleets.ts';

/** Read by the tools of the repository only; configuration of the fleet itself is `packages/service`'s. */
const isCI = process.env.CI === 'true';

/** Whole fleets, each with its own Postgres and browsers. */
const fleetTests = ['test/{e2e,chaos}/**/*.test.ts', 'apps/cli/**/*.test.ts'];
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
    sequence: { sequencer: SpreadFleets },
    // For what tests start, too: a service is up in a third of the time.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('.runtime/compile-cache', import.meta.url)) },
    reporters: ['default', closingLineReporter(process)],
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          globalSetup: ['packages/embedded/src/testing/shared-postgres.ts'],
          include: ['{apps,packages,test}/**/*.test.ts'],
          exclude: [...notTests, ...fleetTests],
        },
      },
      {
        extends: true,
        test: { name: 'scripts', include: ['scripts/**/*.test.ts'], exclude: notTests },
      },
      {
        extends: true,
        test: {
          name: 'fleets',
          include: fleetTests,
          exclude: notTests,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
