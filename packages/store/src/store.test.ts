import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
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

describe('G14: connections that are cut half-open while idle', () => {
  test('are found and dropped by the check, and no statement pays for it', async () => {
    await using wire = await createWire(database.url('numfleet_owner'));
    await using checked = createStore({
      connectionString: wire.url,
      applicationName: 'checked',
      max: 2,
      idleCheckMs: 500,
    });
    await Promise.all([checked.query('select pg_sleep(0.1)'), checked.query('select pg_sleep(0.1)')]);
    expect(checked.connections()).toMatchObject({ total: 2, idle: 2 });
    wire.cut();
    await expect.poll(() => checked.connections().total, { timeout: 12_000 }).toBe(0);
    const began = performance.now();
    await checked.query('select 1');
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('without the check the next statement waits until its time is up', async () => {
    await using wire = await createWire(database.url('numfleet_owner'));
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
});

/** A relay to Postgres that can go silent on the connections that it has, without closing them. */
async function createWire(target: string) {
  const { hostname, port } = new URL(target);
  const pairs = new Set<[net.Socket, net.Socket]>();
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    const pair: [net.Socket, net.Socket] = [client, upstream];
    pairs.add(pair);
    for (const socket of pair) socket.on('error', () => {});
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as net.AddressInfo).port);
  return {
    url: url.href,
    cut() {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream);
        upstream.unpipe(client);
        client.pause();
        upstream.pause();
      }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of [...pairs].flat()) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
