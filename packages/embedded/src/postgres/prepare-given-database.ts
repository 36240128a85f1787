import { NumfleetError } from '@numfleet/contracts';
import type pg from 'pg';
import { createRoles } from './create-roles.ts';
import { type ServiceRole, serviceRoles } from './roles.ts';
import { withClient } from './with-client.ts';

/**
 * Makes the services' roles and sets who may connect, in a database of a Postgres that somebody else runs; run before
 * its migrations, which give the roles their rights, and as often as one likes. Only roles with a password are made or
 * given one; those that the operator made are used as they are. Connects as the database's owner, who needs CREATEROLE
 * where there are passwords. Gives the roles that are missing still.
 *
 * Throws `postgres-failed` where the crawler's role could connect to the truth all the same (I4).
 */
export async function prepareGivenDatabase(options: {
  connectionString: string;
  /** The truth is for all but the crawler, the queue for all. */
  holds: 'truth' | 'queue';
  passwords: Readonly<Partial<Record<ServiceRole, string>>>;
}): Promise<ServiceRole[]> {
  return await withClient(options.connectionString, async (owner) => {
    // Roles belong to the cluster, and two that change one at once fail with "tuple concurrently updated".
    await owner.query("SELECT pg_advisory_lock(hashtext('numfleet.roles'))");
    await createRoles(owner, options.passwords);
    const present = await presentRoles(owner);
    const mayConnect = present.filter((role) => options.holds === 'queue' || role !== 'numfleet_crawler');
    await restrictConnections(owner, mayConnect);
    if (options.holds === 'truth' && present.includes('numfleet_crawler')) await refuseCrawler(owner);
    return serviceRoles.filter((role) => !present.includes(role));
  });
}

async function presentRoles(owner: pg.Client): Promise<ServiceRole[]> {
  const { rows } = await owner.query<{ rolname: string }>('SELECT rolname FROM pg_roles');
  const names = new Set(rows.map((row) => row.rolname));
  return serviceRoles.filter((role) => names.has(role));
}

async function restrictConnections(owner: pg.Client, roles: readonly ServiceRole[]): Promise<void> {
  const { rows } = await owner.query<{ name: string }>('SELECT current_database() AS name');
  const database = owner.escapeIdentifier(rows[0]?.name ?? '');
  await owner.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  if (roles.length > 0) await owner.query(`GRANT CONNECT ON DATABASE ${database} TO ${roles.join(', ')}`);
}

/** Who does not own the database gets no error from REVOKE, only a warning. */
async function refuseCrawler(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ may: boolean }>(
    "SELECT has_database_privilege('numfleet_crawler', current_database(), 'CONNECT') AS may",
  );
  if (rows[0]?.may !== true) return;
  throw new NumfleetError(
    'postgres-failed',
    'The role numfleet_crawler may connect to the database of DATABASE_URL. Revoke CONNECT from PUBLIC and from it, or run this as the owner of the database.',
  );
}
