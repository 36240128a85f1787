import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** A connection as the superuser of a fleet's cluster, to look at what no service shows. */
export interface FleetDatabase extends AsyncDisposable {
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export async function connect(home: string, database: string): Promise<FleetDatabase> {
  const folder = join(home, 'postgres');
  const [port, passwords] = await Promise.all([
    readFile(join(folder, 'port'), 'utf8'),
    readFile(join(folder, 'passwords.json'), 'utf8'),
  ]);
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user: 'postgres',
    password: JSON.parse(passwords).postgres,
    database,
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
  });
  // Without a listener a cluster that is stopped or killed would end the test's process.
  client.on('error', () => {});
  await client.connect();
  return {
    async query<Row extends object>(sql: string, values: readonly unknown[] = []) {
      return (await client.query<Row>(sql, [...values])).rows;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
