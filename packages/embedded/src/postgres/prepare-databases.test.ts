import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FleetDatabases, type Migration, prepareDatabases } from './prepare-databases.ts';
import { type EmbeddedPostgres, startPostgres } from './start-postgres.ts';
import { withClient } from './with-client.ts';

let home: string;
let postgres: EmbeddedPostgres;
let databases: FleetDatabases;
const migrated: string[] = [];
const signal = AbortSignal.timeout(120_000);

const migrations: Migration[] = (['numfleet', 'numfleet_queue'] as const).map((database) => ({
  database,
  async run({ connectionString }) {
    migrated.push(database);
    await withClient(connectionString, (owner) => owner.query('CREATE TABLE IF NOT EXISTS made_by_owner (n int)'));
  },
}));

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'numfleet-embedded-'));
  postgres = await startPostgres({ home, emit: () => {}, signal, durable: false });
  databases = await prepareDatabases({ postgres, migrations, signal });
}, 60_000);

afterAll(async () => {
  await postgres.stop();
  await rm(home, { recursive: true, force: true });
});

const whoAmI = (url: string) =>
  withClient(
    url,
    async (client) => (await client.query('SELECT current_user AS me, current_database() AS place')).rows[0],
  );

test('I4: the crawler reaches the queue and no other database', async () => {
  const queueUrl = databases.queueUrl('numfleet_crawler');
  expect(await whoAmI(queueUrl)).toEqual({ me: 'numfleet_crawler', place: 'numfleet_queue' });
  for (const database of ['numfleet', 'postgres', 'template1']) {
    const url = postgres.url({ role: 'numfleet_crawler', database });
    await expect(whoAmI(url)).rejects.toThrow('permission denied for database');
  }
});

test('the trusted services reach both databases, each as itself', async () => {
  for (const role of ['numfleet_scheduler', 'numfleet_sink', 'numfleet_console'] as const) {
    expect(await whoAmI(databases.truthUrl(role))).toEqual({ me: role, place: 'numfleet' });
    expect(await whoAmI(databases.queueUrl(role))).toEqual({ me: role, place: 'numfleet_queue' });
  }
});

test('no service may make tables or read those that it was not given', async () => {
  for (const url of [databases.truthUrl('numfleet_sink'), databases.queueUrl('numfleet_crawler')]) {
    const make = withClient(url, (client) => client.query('CREATE TABLE mine (n int)'));
    await expect(make).rejects.toThrow('permission denied');
    const read = withClient(url, (client) => client.query('SELECT n FROM made_by_owner'));
    await expect(read).rejects.toThrow('permission denied');
  }
});

test('I1: the queue commits asynchronously, the truth does not', async () => {
  const setting = async (url: string) =>
    await withClient(
      url,
      async (client) =>
        (await client.query(`SELECT source FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off'`))
          .rows,
    );
  expect(await setting(databases.queueUrl('numfleet_sink'))).toEqual([{ source: 'database' }]);
  expect(await setting(databases.truthUrl('numfleet_sink'))).not.toEqual([{ source: 'database' }]);
});

test('doing it again is quick, keeps what is there and runs the migrations again', async () => {
  const owner = postgres.url({ role: 'numfleet_owner', database: 'numfleet' });
  await withClient(owner, (client) => client.query('INSERT INTO made_by_owner VALUES (7)'));
  migrated.length = 0;
  const before = performance.now();
  await prepareDatabases({ postgres, migrations, signal });
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(migrated).toEqual(['numfleet', 'numfleet_queue']);
  const { rows } = await withClient(owner, (client) => client.query('SELECT n FROM made_by_owner'));
  expect(rows).toEqual([{ n: 7 }]);
});
