import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadPasswords } from '../postgres/passwords.ts';
import { type Database, ownerRole } from '../postgres/roles.ts';
import { startPostgres } from '../postgres/start-postgres.ts';
import { findFleet, lockHome } from './lock-home.ts';

export interface ReachedDatabase extends AsyncDisposable {
  /** The owner's. */
  connectionString: string;
}

/**
 * A database of a home folder, held until it is disposed: that of the fleet that runs there, or of a Postgres that is
 * started for it. Null where the home has none yet. Throws what `lockHome` and `startPostgres` throw.
 */
export async function reachDatabase(options: {
  home: string;
  database: Database;
  signal: AbortSignal;
}): Promise<ReachedDatabase | null> {
  const { home, database, signal } = options;
  const folder = join(home, 'postgres');
  if (!(await isThere(join(folder, 'data')))) return null;
  if ((await findFleet(home)) !== null) {
    const passwords = await loadPasswords(join(folder, 'passwords.json'), { mayCreate: false });
    const port = (await readFile(join(folder, 'port'), 'utf8')).trim();
    const connectionString = `postgres://${ownerRole}:${passwords[ownerRole]}@127.0.0.1:${port}/${database}`;
    return { connectionString, async [Symbol.asyncDispose]() {} };
  }
  await using started = new AsyncDisposableStack();
  const lock = started.use(await lockHome(home));
  const postgres = started.use(await startPostgres({ home: lock.home, emit: () => {}, signal }));
  const held = started.move();
  return {
    connectionString: postgres.url({ role: ownerRole, database }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
