import { withDeadline } from '@numfleet/service';
import type pg from 'pg';
import { createRoles } from './create-roles.ts';
import { type Database, databases, ownerRole, type ServiceRole, serviceRoles } from './roles.ts';
import type { EmbeddedPostgres } from './start-postgres.ts';
import { withClient } from './with-client.ts';

const migrationBoundMs = 600_000;

/** Brings one database up to date; run as its owner at every start, so quick when there is nothing to do. */
export interface Migration {
  database: Database;
  run(target: { connectionString: string; signal: AbortSignal }): Promise<void>;
}

/** Roles that may reach the truth: all but the crawler's, which stands in the hostile zone (I4). */
type TruthRole = Exclude<ServiceRole, 'numfleet_crawler'>;

export interface FleetDatabases {
  truthUrl(role: TruthRole): string;
  queueUrl(role: ServiceRole): string;
}

/** Makes roles and databases where they are missing, sets who may connect to what, and runs the migrations. */
export async function prepareDatabases(options: {
  postgres: EmbeddedPostgres;
  migrations: readonly Migration[];
  signal: AbortSignal;
}): Promise<FleetDatabases> {
  const { postgres, migrations, signal } = options;
  await withClient(postgres.adminUrl, async (admin) => {
    await createRoles(admin, postgres.passwords);
    await createDatabases(admin);
    await restrictConnections(admin);
  });
  for (const { database, run } of migrations) {
    const connectionString = postgres.url({ role: ownerRole, database });
    await withDeadline((bounded) => run({ connectionString, signal: bounded }), migrationBoundMs, { signal });
  }
  return {
    truthUrl: (role) => postgres.url({ role, database: 'numfleet' }),
    queueUrl: (role) => postgres.url({ role, database: 'numfleet_queue' }),
  };
}

async function createDatabases(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>('SELECT datname FROM pg_database');
  const existing = new Set(rows.map((row) => row.datname));
  for (const database of databases) {
    if (!existing.has(database)) await admin.query(`CREATE DATABASE ${database} OWNER ${ownerRole}`);
  }
  // The queue may forget its last moments: leases expire, and pages are dispatched again (I1).
  await admin.query('ALTER DATABASE numfleet_queue SET synchronous_commit = off');
}

async function restrictConnections(admin: pg.Client): Promise<void> {
  const truthRoles = serviceRoles.filter((role) => role !== 'numfleet_crawler');
  await admin.query(`
    REVOKE ALL ON DATABASE numfleet, numfleet_queue, postgres, template1 FROM PUBLIC;
    GRANT CONNECT ON DATABASE numfleet TO ${truthRoles.join(', ')};
    GRANT CONNECT ON DATABASE numfleet_queue TO ${serviceRoles.join(', ')};
  `);
}
