import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withClient } from '../postgres/with-client.ts';
import { createTestDatabase, startTestPostgres, type TestPostgres, urlAs } from './test-postgres.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
}, 60_000);
afterAll(async () => await postgres[Symbol.asyncDispose]());

test('a test database is empty, its own, and belongs to the owner', async () => {
  const [first, second] = await Promise.all([postgres.createDatabase(), createTestDatabase(postgres.adminUrl)]);
  await withClient(first, async (client) => await client.query(`CREATE TABLE page (id text)`));
  const seen = await withClient(second, async (client) => await client.query(`SELECT to_regclass('page') AS page`));
  expect(seen.rows).toEqual([{ page: null }]);
});

test('every role of the fleet can be tried on a test database', async () => {
  const owner = await postgres.createDatabase();
  const mark = randomUUID();
  await withClient(owner, async (client) => {
    await client.query('CREATE TABLE note (text text)');
    await client.query('INSERT INTO note VALUES ($1)', [mark]);
    await client.query('GRANT SELECT ON note TO numfleet_console');
  });
  const asConsole = await withClient(urlAs('numfleet_console', owner), (client) =>
    client.query('SELECT text FROM note'),
  );
  expect(asConsole.rows).toEqual([{ text: mark }]);
  const asCrawler = withClient(urlAs('numfleet_crawler', owner), (client) => client.query('SELECT text FROM note'));
  await expect(asCrawler).rejects.toThrow('permission denied');
});
