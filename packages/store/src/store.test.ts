import { setTimeout as sleep } from 'node:timers/promises';
import { createTestWire } from '@numfleet/postgres/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createStore, type Store } from './index.ts';
import { createTestDatabase, type TestDatabase } from './testing/test-database.ts';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
  store = database.store('numfleet_owner');
});

afterAll(() => database[Symbol.asyncDispose]());

const letters = async () => (await store.query('select job_id from dead_letters order by id')).rows;
const insert = "insert into dead_letters (queue, job_id, code, at) values ('crawl', $1, 'test', now())";

describe('transaction', () => {
  test('commits what resolves and rolls back what throws', async () => {
    await store.transaction((tx) => tx.query(insert, ['kept']));
    const failing = store.transaction(async (tx) => {
      await tx.query(insert, ['lost']);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await letters()).toEqual([{ job_id: 'kept' }]);
  });

  test('a savepoint that throws undoes its own work only', async () => {
    await store.transaction(async (tx) => {
      await tx.query(insert, ['before']);
      const failing = tx.savepoint(async () => {
        await tx.query(insert, ['inside']);
        await tx.query('select 1 / 0');
      });
      await expect(failing).rejects.toMatchObject({ code: '22012' });
      await tx.query(insert, ['after']);
    });
    expect(await letters()).toEqual([{ job_id: 'kept' }, { job_id: 'before' }, { job_id: 'after' }]);
  });

  test('survives the loss of its connection, and so does the pool', async () => {
    const broken = store.transaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await store.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await sleep(100);
      await tx.query('select 1');
    });
    await expect(broken).rejects.toThrow();
    expect((await store.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

test('bigints come back as strings, digit for digit', async () => {
  const { rows } = await store.query('select 9007199254740993::bigint as id');
  expect(rows).toEqual([{ id: '9007199254740993' }]);
});

test('a statement that takes too long is ended by the server', async () => {
  await using hasty = createStore({
    connectionString: database.url('numfleet_owner'),
    applicationName: 'hasty',
    max: 1,
    statementTimeoutMs: 200,
  });
  await expect(hasty.query('select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
  expect((await hasty.query('select 1 as one')).count).toBe(1);
});

test('says so when there is no server', async () => {
  await using lost = createStore({ connectionString: 'postgres://127.0.0.1:1/none', applicationName: 'lost', max: 1 });
  await expect(lost.query('select 1')).rejects.toMatchObject({ code: 'postgres-failed' });
});

test('G14: a statement on a connection that was cut half-open ends when its time is up, and the pool goes on', async () => {
  await using wire = await createTestWire(database.url('numfleet_owner'));
  await using unchecked = createStore({
    connectionString: wire.url,
    applicationName: 'unchecked',
    max: 1,
    idleCheckMs: 3_600_000,
    statementTimeoutMs: 100,
  });
  await unchecked.query('select 1');
  wire.cut();
  const broken = { code: 'postgres-failed', cause: { message: expect.stringContaining('timeout') } };
  await expect(unchecked.query('select 1')).rejects.toMatchObject(broken);
  expect((await unchecked.query('select 1 as one')).count).toBe(1);
});
