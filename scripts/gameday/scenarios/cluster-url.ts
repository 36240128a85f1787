import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A database of a fleet's embedded cluster, as its superuser. */
export async function clusterUrl(home: string, database: 'numfleet' | 'numfleet_queue'): Promise<string> {
  const passwords = JSON.parse(await readFile(join(home, 'postgres', 'passwords.json'), 'utf8')) as {
    postgres: string;
  };
  const port = (await readFile(join(home, 'postgres', 'port'), 'utf8')).trim();
  return `postgres://postgres:${passwords.postgres}@127.0.0.1:${port}/${database}`;
}
