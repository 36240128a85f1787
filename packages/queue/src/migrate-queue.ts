import { runMigrations } from 'bullmq';
import pg from 'pg';

/** Roles that add to and take from the queues; the schema belongs to the owner alone. */
const users = ['numfleet_scheduler', 'numfleet_sink', 'numfleet_console', 'numfleet_crawler'];

/**
 * Brings BullMQ's schema in the queue database up to date; safe when run twice at once. Connects
 * as the owner. BullMQ does not migrate by itself, so that services need no right to change the schema.
 */
export async function migrateQueue(options: { connectionString: string }): Promise<void> {
  const client = new pg.Client({ connectionString: options.connectionString });
  await client.connect();
  try {
    // BullMQ locks its own migrations only; two GRANTs at once fail with "tuple concurrently updated".
    await client.query("SELECT pg_advisory_lock(hashtext('numfleet.queue-migrations'))");
    await runMigrations(client);
    await client.query(definers);
    await client.query(unread);
    await client.query(grants(await existing(client)));
  } finally {
    await client.end();
  }
}

async function existing(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_roles WHERE rolname = ANY($1)', [
    users,
  ]);
  return rows.map((row) => row.rolname);
}

/**
 * Adding the first job of a queue makes a sequence for its ids. Only the functions that do so run as the owner; the
 * services need no right to make anything.
 */
const definers = `
  DO $$
  DECLARE
    routine regprocedure;
  BEGIN
    FOR routine IN
      SELECT oid FROM pg_proc WHERE pronamespace = 'bullmq'::regnamespace AND prosrc ILIKE '%create sequence%'
    LOOP
      EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = bullmq, pg_temp', routine);
    END LOOP;
  END $$`;

/**
 * Four times in a job's life BullMQ tells who listens to its stream of events, by a row, a look for rows that are too old and a
 * notification. Nobody listens, and on Postgres that was a fifth of what a job costs.
 */
const unread = `
  CREATE OR REPLACE FUNCTION bullmq.publish_event(p_queue text, p_event text, p_data jsonb) RETURNS bigint
  LANGUAGE sql IMMUTABLE AS 'SELECT NULL::bigint'`;

function grants(roles: string[]): string {
  if (roles.length === 0) return 'SELECT 1';
  const to = roles.join(', ');
  return `
    GRANT USAGE ON SCHEMA bullmq TO ${to};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA bullmq TO ${to};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA bullmq TO ${to};
    ALTER DEFAULT PRIVILEGES IN SCHEMA bullmq GRANT USAGE, SELECT ON SEQUENCES TO ${to};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bullmq TO ${to};
    REVOKE INSERT, UPDATE, DELETE ON bullmq.migration FROM ${to};`;
}
