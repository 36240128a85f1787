import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import pg from 'pg';

export interface MigrateOptions {
  /** Of the role that owns the schema; services connect by lesser ones. */
  connectionString: string;
  signal?: AbortSignal;
  /** Where the numbered files are; another folder only in tests. */
  folder?: string;
}

/**
 * Brings the schema up to date: each numbered file once, in a transaction of its own, under a lock that makes a second
 * migrator wait; then grants the services' roles their rights. Gives the names of the files that it applied.
 * Throws `schema-newer` when the database knows migrations that we do not, `postgres-failed` when an applied file has
 * changed since or the server cannot be reached, and the signal's reason when aborted.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const folder = options.folder ?? join(import.meta.dirname, '../migrations');
  const migrations = await readMigrations(folder);
  options.signal?.throwIfAborted();
  const client = new pg.Client({ connectionString: options.connectionString, connectionTimeoutMillis: 10_000 });
  const abort = () => void client.end().catch(() => {});
  client.on('error', () => {});
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    await client.connect().catch(rethrowUnreachable);
    await client.query("select pg_advisory_lock(hashtext('numfleet.migrate'))");
    const applied = await applyMissing(client, migrations);
    await client.query(await readFile(join(folder, 'roles.sql'), 'utf8'));
    return applied;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
    // Ending the session gives the lock back.
    await client.end();
  }
}

interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-.+\.sql$/.test(name)).sort();
  return await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      return { version: Number(name.slice(0, 4)), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function applyMissing(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  await client.query(`
    create table if not exists schema_migrations (
      version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now()
    )`);
  const { rows } = await client.query<{ version: number; checksum: string }>(
    'select version, checksum from schema_migrations',
  );
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  const applied = new Map(rows.map((row) => [row.version, row.checksum]));
  for (const [version, checksum] of applied) checkApplied(version, checksum, known.get(version));
  const missing = migrations.filter((migration) => !applied.has(migration.version));
  for (const migration of missing) await apply(client, migration);
  return missing.map((migration) => migration.name);
}

function checkApplied(version: number, checksum: string, known: Migration | undefined): void {
  if (!known) {
    throw new NumfleetError(
      'schema-newer',
      `The database has migration ${version}, which this Numfleet does not know. Run the newer version.`,
    );
  }
  if (known.checksum !== checksum) {
    throw new NumfleetError(
      'postgres-failed',
      `Migration ${known.name} was changed after it was applied. Restore the file and add a new migration instead.`,
    );
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query('insert into schema_migrations (version, name, checksum) values ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

function rethrowUnreachable(error: unknown): never {
  throw new NumfleetError('postgres-failed', 'Postgres cannot be reached. Check DATABASE_URL and the server.', {
    cause: error,
  });
}
