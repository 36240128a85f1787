import { randomUUID } from 'node:crypto';
import type { CrawlResult, FleetEvent } from '@numfleet/contracts';
import { createStore, type Store } from '@numfleet/store';
import { createTestDatabase, type TestDatabase } from '@numfleet/store/testing';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createOutlastPostgres } from './outlast-postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
});
afterAll(async () => await database[Symbol.asyncDispose]());

const result = (): CrawlResult => ({
  v: 1,
  kind: 'robots',
  leaseToken: randomUUID(),
  worker: 'test',
  requestedAt: null,
  finishedAt: 0,
  retryAfterMs: null,
  originId: '1',
  outcome: 'unreachable',
  code: null,
  status: null,
  rules: [],
  crawlDelayMs: null,
  redirect: null,
  sitemaps: [],
});

/** Commits results by a statement. Its pauses are skipped: it is told to give back at once. */
function createSink(store: Store, statement: string) {
  const events: FleetEvent[] = [];
  const commit = createOutlastPostgres({
    commit: async () => {
      await store.query(statement);
      return { ending: 'done' };
    },
    emit: (event) => events.push(event),
  });
  return { events, commit: () => commit(result(), { signal: AbortSignal.abort() }) };
}

it('a result stays in its queue while Postgres cannot be reached, and it is said', async () => {
  await using nowhere = createStore({ connectionString: 'postgres://a@127.0.0.1:1/b', applicationName: 't', max: 1 });
  const { events, commit } = createSink(nowhere, 'select 1');
  expect(await commit()).toEqual({ ending: 'given-back' });
  expect(events).toMatchObject([{ type: 'job.errored', queue: 'results', code: 'postgres-failed' }]);
});

it('so it does where the connection breaks under the commit, and where Postgres shuts down or gives up', async () => {
  const store = database.store('numfleet_sink');
  for (const statement of [
    'select pg_terminate_backend(pg_backend_pid())',
    `do $$ begin raise exception using errcode = '57P03'; end $$`,
    `do $$ begin raise exception using errcode = '53100'; end $$`,
  ]) {
    expect(await createSink(store, statement).commit(), statement).toEqual({ ending: 'given-back' });
  }
});

it('what is committed is done, and what is wrong by itself fails', async () => {
  const store = database.store('numfleet_sink');
  expect(await createSink(store, 'select 1').commit()).toEqual({ ending: 'done' });
  await expect(createSink(store, 'select nonsense').commit()).rejects.toMatchObject({ code: '42703' });
});
