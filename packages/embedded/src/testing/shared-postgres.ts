import type { TestProject } from 'vitest/node';
import { startTestPostgres } from './test-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}

/**
 * A `globalSetup` of vitest: one cluster for the whole run. A test file gets a database of its own in it with
 * `createTestDatabase(inject('postgresUrl'))`.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startTestPostgres();
  project.provide('postgresUrl', postgres.adminUrl);
  return async () => await postgres[Symbol.asyncDispose]();
}
