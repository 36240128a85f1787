import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { findFleet } from '@numfleet/embedded';
import { beginRotation, createReencrypt, endRotation } from '@numfleet/privacy/inside';
import { readBoundKeyIds, rebindKey, reencryptNumbers, type Store } from '@numfleet/store';
import { exitCodes } from '../exit-codes.ts';
import { reachTruth } from '../reach-truth.ts';
import { showProgress } from '../show-progress.ts';
import type { Surroundings } from '../surroundings.ts';

const name = 'number-storage';

/**
 * `keys rotate`: encrypts every stored number anew under a new key, and has the old one go. Broken off at any point it goes on
 * where it was; until it is through no fleet starts. Throws `fleet-running` and `key-wrong`.
 */
export async function rotateKeys(around: Surroundings): Promise<number> {
  const { home, config, stdout, stderr, signal } = around;
  const dir = config.NUMFLEET_KEYS_DIR ?? path.join(home, 'keys');
  if ((await findFleet(home)) !== null) throw running();
  // While it is held no fleet can start on this home.
  await using truth = await reachTruth(around, 'keys-rotate');
  const { store } = truth;
  await requireNoServices(store);
  const { [name]: bound } = await readBoundKeyIds(store);
  const { from, to } = await beginRotation(dir);
  if (bound !== from.id && bound !== to.id) {
    throw new NumfleetError('key-wrong', `The key "${name}" in ${dir} is not that of the database.`);
  }
  let changed = 0;
  if (bound === from.id) {
    using progress = showProgress(stderr, 'numbers');
    changed = await reencryptNumbers(store, {
      reencrypt: createReencrypt({ from, to }),
      onProgress: progress.update,
      signal,
    });
    await store.transaction((tx) =>
      rebindKey(tx, { name, from: from.id, to: to.id, actor: 'operator', now: new Date() }),
    );
  }
  await endRotation(dir);
  await store.query('vacuum numbers');
  const advice = 'Back the keys up again: older backups of the database need the older key, newer ones the new.';
  stdout.write(`${changed} numbers are under the key ${to.id} now; ${from.id} is gone. ${advice}\n`);
  return exitCodes.done;
}

/** Of a fleet elsewhere, on the same database: its sink would go on under the old key. */
async function requireNoServices(store: Store): Promise<void> {
  const { count } = await store.query(
    `select from pg_stat_activity where application_name in ('sink', 'console') and datname = current_database()`,
  );
  if (count > 0) throw running();
}

function running(): NumfleetError {
  return new NumfleetError(
    'fleet-running',
    'A fleet runs on this database, and would go on under the old key. Stop it first.',
  );
}
