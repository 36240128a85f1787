import { reachDatabase } from '@numfleet/embedded';
import { readBoundKeys } from '@numfleet/store';
import type { Surroundings } from '../surroundings.ts';

/**
 * The key ids that the database was written under, by name; none for one that is new, and null where no database can be
 * asked. The embedded Postgres is started for it where it does not run.
 */
export async function boundKeyIds(around: Surroundings): Promise<Record<string, string> | null> {
  try {
    return await readWhereReachable(around);
  } catch {
    around.signal.throwIfAborted();
    return null;
  }
}

async function readWhereReachable({ home, config, signal }: Surroundings): Promise<Record<string, string> | null> {
  if (config.DATABASE_URL !== undefined) return await readBoundKeys({ connectionString: config.DATABASE_URL });
  await using reached = await reachDatabase({ home, database: 'numfleet', signal });
  return reached && (await readBoundKeys(reached));
}
