import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRoles } from '../postgres/create-roles.ts';
import type { Passwords } from '../postgres/passwords.ts';
import { ownerRole, type Role, roles } from '../postgres/roles.ts';
import { startPostgres } from '../postgres/start-postgres.ts';
import { withClient } from '../postgres/with-client.ts';

export interface TestPostgres extends AsyncDisposable {
  adminUrl: string;
  /** A fresh empty database that belongs to `numfleet_owner`; gives the owner's URL of it. */
  createDatabase(): Promise<string>;
}

/**
 * A Postgres for tests, in a temporary folder, fast because it forgets on a power cut, with all roles of the fleet. It
 * ends with the disposal or with the test process, however that dies. About 1 s to start.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  await using started = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'numfleet-test-postgres-'));
  started.defer(() => rm(home, { recursive: true, force: true }));
  const signal = AbortSignal.timeout(60_000);
  const postgres = started.use(await startPostgres({ home, emit: () => {}, signal, durable: false, cleanup: home }));
  const { password } = new URL(postgres.adminUrl);
  const passwords = Object.fromEntries(roles.map((role) => [role, password])) as Passwords;
  await withClient(postgres.adminUrl, (admin) => createRoles(admin, passwords));
  const running = started.move();
  return {
    adminUrl: postgres.adminUrl,
    createDatabase: () => createTestDatabase(postgres.adminUrl),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A fresh empty database in the test cluster with that superuser's URL; gives the URL of its owner, `numfleet_owner`. */
export async function createTestDatabase(adminUrl: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await withClient(adminUrl, async (admin) => {
    await admin.query(`CREATE DATABASE ${name} OWNER ${ownerRole} STRATEGY wal_log`);
  });
  const url = new URL(urlAs(ownerRole, adminUrl));
  url.pathname = `/${name}`;
  return url.href;
}

/** The same database of a test cluster as another role; there, all roles share one password. */
export function urlAs(role: Role, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = role;
  return url.href;
}
