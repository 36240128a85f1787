import { defineConfig } from 'vitest/config';
import { closingLineReporter } from './scripts/bootstrap/closing-line-reporter.ts';

/** Read by the tools of the repository only; configuration of the fleet itself is `packages/service`'s. */
const isCI = process.env.CI === 'true';

const notTests = ['**/node_modules/**', '**/.runtime/**', '**/.numfleet/**'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    allowOnly: !isCI,
    reporters: ['default', closingLineReporter(process)],
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          globalSetup: ['packages/embedded/src/testing/shared-postgres.ts'],
          include: ['{apps,packages,test}/**/*.test.ts'],
          exclude: [...notTests, 'test/e2e/**'],
        },
      },
      {
        extends: true,
        test: { name: 'scripts', include: ['scripts/**/*.test.ts'], exclude: notTests },
      },
      {
        // Whole fleets, each with its own Postgres and browsers and with deadlines to hold: after all others, one by one.
        extends: true,
        test: {
          name: 'fleet',
          include: ['test/e2e/**/*.test.ts'],
          exclude: notTests,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
