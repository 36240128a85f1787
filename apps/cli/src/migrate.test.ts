import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from '@numfleet/embedded';
import { generateKeys } from '@numfleet/privacy/inside';
import { createStore } from '@numfleet/store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNumfleet, refusal } from './testing/numfleet.ts';

/** A Postgres as a provider gives it: an owner who may make roles and databases, and who is no superuser. */
let adminUrl: string;
let folder: string;
const given = new AsyncDisposableStack();
const ownerPassword = 'of-the-owner-0000';
const passwordOf = (role: string) => `of-${role}-0123456789`;
const roles = ['numfleet_scheduler', 'numfleet_sink', 'numfleet_console', 'numfleet_crawler'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'numfleet-migrate-'));
  given.defer(() => rm(folder, { recursive: true, force: true }));
  const signal = AbortSignal.timeout(60_000);
  const postgres = given.use(await startPostgres({ home: folder, emit: () => {}, signal, durable: false }));
  adminUrl = postgres.adminUrl;
  await asWhom(
    adminUrl,
    `create role provided login createrole password '${ownerPassword}'`,
    'create database truth owner provided',
    'create database queues owner provided',
    'create database foreign_truth',
  );
  await mkdir(path.join(folder, 'passwords'));
  for (const role of roles) await writeFile(path.join(folder, 'passwords', role), `${passwordOf(role)}\n`);
});
afterAll(() => given.disposeAsync());

const urlOf = (database: string, role = 'provided', password = ownerPassword) => {
  const url = new URL(adminUrl);
  return Object.assign(url, { username: role, password, pathname: `/${database}` }).href;
};

async function asWhom(connectionString: string, ...queries: string[]): Promise<unknown[]> {
  await using store = createStore({ connectionString, applicationName: 'test', max: 1 });
  const rows: unknown[] = [];
  for (const query of queries) rows.push(...(await store.query(query)).rows);
  return rows;
}
const asRole = (role: string, database: string, query: string) =>
  asWhom(urlOf(database, role, passwordOf(role)), query);

const migrate = (env: Record<string, string>, numfleet: Awaited<ReturnType<typeof createNumfleet>>) =>
  numfleet.run(['migrate', '--passwords', path.join(folder, 'passwords')], { env });

it('I4: makes roles, schema and queues; twice at once; and the crawler cannot connect to the truth', async () => {
  await using numfleet = await createNumfleet();
  const env = { DATABASE_URL: urlOf('truth'), NUMFLEET_QUEUE_URL: urlOf('queues') };
  const both = await Promise.all([migrate(env, numfleet), migrate(env, numfleet)]);
  expect(both.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual([
    { exitCode: 0, stderr: '' },
    { exitCode: 0, stderr: '' },
  ]);
  expect(both.filter(({ stdout }) => stdout.includes('Applied 0001-frontier.sql'))).toHaveLength(1);
  expect(await migrate(env, numfleet)).toEqual({
    exitCode: 0,
    stdout: 'The schema is up to date.\nThe queues are up to date.\n',
    stderr: '',
  });

  for (const role of ['numfleet_scheduler', 'numfleet_sink', 'numfleet_console']) {
    expect(await asRole(role, 'truth', 'select count(*)::int as pages from pages')).toEqual([{ pages: 0 }]);
  }
  for (const role of roles) {
    expect(await asRole(role, 'queues', 'select count(*)::int as jobs from bullmq.job')).toEqual([{ jobs: 0 }]);
  }
  // insufficient_privilege
  await expect(asRole('numfleet_crawler', 'truth', 'select 1')).rejects.toThrow(/42501/);
});

it('I4: refuses a truth that the crawler can connect to', async () => {
  await using numfleet = await createNumfleet();
  // Its owner is another, so what everybody may do there cannot be taken from them.
  const run = await migrate({ DATABASE_URL: urlOf('foreign_truth'), NUMFLEET_QUEUE_URL: urlOf('queues') }, numfleet);
  expect(run).toEqual(refusal('postgres-failed', 1));
  expect(run.stderr).toContain('numfleet_crawler may connect');
});

it('ties the database to its keys', async () => {
  await using numfleet = await createNumfleet();
  const [first, other] = [path.join(folder, 'keys'), path.join(folder, 'other-keys')];
  await Promise.all([generateKeys(first), generateKeys(other)]);
  const env = { DATABASE_URL: urlOf('truth'), NUMFLEET_QUEUE_URL: urlOf('queues') };
  expect(await migrate({ ...env, NUMFLEET_KEYS_DIR: first }, numfleet)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await migrate({ ...env, NUMFLEET_KEYS_DIR: other }, numfleet)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('[key-wrong]'),
  });
});

it('says what it lacks', async () => {
  await using numfleet = await createNumfleet();
  expect(await numfleet.run(['migrate'])).toEqual(refusal('config-invalid', 2));
  const noQueue = await numfleet.run(['migrate'], { env: { DATABASE_URL: urlOf('truth') } });
  expect(noQueue.stderr).toContain('NUMFLEET_QUEUE_URL is not set');
  const env = { DATABASE_URL: urlOf('truth'), REDIS_URL: 'redis://127.0.0.1:1' };
  const wrongFolder = await numfleet.run(['migrate', '--passwords', path.join(folder, 'postgres')], { env });
  expect(wrongFolder).toEqual(refusal('file-unreadable', 1));
});
