import type { CampaignSettings, PageResult } from '@numfleet/contracts';
import { afterAll, inject } from 'vitest';
import { type ClaimedPage, commitPageResult, createCampaign, type OfferedPage, type Store } from '../index.ts';
import { createTestDatabase, resultOf, settingsOf, type TestDatabase } from './test-database.ts';

export interface TestStores {
  database: TestDatabase;
  owner: Store;
  scheduler: Store;
  sink: Store;
  console: Store;
}

/** A database for the tests of a file, and a pool for each service with its rights and no more; closed after the last test. */
export async function openTestStores(): Promise<TestStores> {
  const database = await createTestDatabase(inject('postgresUrl'));
  afterAll(() => database[Symbol.asyncDispose]());
  return {
    database,
    owner: database.store('numfleet_owner'),
    scheduler: database.store('numfleet_scheduler'),
    sink: database.store('numfleet_sink', 8),
    console: database.store('numfleet_console'),
  };
}

/** The id of a new campaign. */
export async function startCampaign(
  console: Store,
  seeds: readonly OfferedPage[],
  now: Date,
  settings: Partial<CampaignSettings> = {},
): Promise<string> {
  const create = { settings: settingsOf(settings), seeds, actor: 'test', now };
  return (await console.transaction((tx) => createCampaign(tx, create))).id;
}

/** Commits that a page was done without a find, unless told otherwise. */
export async function endPage(sink: Store, page: ClaimedPage | undefined, at: Date, changes: Partial<PageResult> = {}) {
  if (!page) throw new Error('no page was claimed');
  const commit = { result: resultOf(page, at, changes), numbers: [], links: [] };
  return await sink.transaction((tx) => commitPageResult(tx, commit, { now: at }));
}
