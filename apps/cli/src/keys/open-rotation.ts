import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { findFleet } from '@numfleet/embedded/find-fleet';
import type { Store } from '@numfleet/store';
import { reachTruth } from '../reach-truth.ts';
import type { Surroundings } from '../surroundings.ts';

export interface OpenedRotation extends AsyncDisposable {
  /** The folder of the keys. */
  dir: string;
  store: Store;
}

/** The keys and the database while no fleet uses them: it would go on under the old key. Throws `fleet-running`. */
export async function openRotation(around: Surroundings): Promise<OpenedRotation> {
  const { home, config } = around;
  if ((await findFleet(home)) !== null) throw running();
  await using stack = new AsyncDisposableStack();
  // While it is held no fleet can start on this home.
  const { store } = stack.use(await reachTruth(around, 'keys-rotate'));
  await requireNoServices(store);
  const held = stack.move();
  return {
    dir: config.NUMFLEET_KEYS_DIR ?? path.join(home, 'keys'),
    store,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** The key that is given is neither the one that the database was written under, nor that which is to follow it. */
export function foreignKey(name: string): NumfleetError {
  return new NumfleetError('key-wrong', `The key "${name}" that is given is not that of the database.`);
}

/** Of a fleet elsewhere, on the same database. */
async function requireNoServices(store: Store): Promise<void> {
  const { count } = await store.query(
    `select from pg_stat_activity where application_name in ('sink', 'console', 'scheduler') and datname = current_database()`,
  );
  if (count > 0) throw running();
}

function running(): NumfleetError {
  return new NumfleetError(
    'fleet-running',
    'A fleet runs on this database, and would go on under the old key. Stop it first.',
  );
}
