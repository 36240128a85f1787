import type { Transaction } from './store.ts';

/** Takes a lock of this name until the transaction ends; false where another has it. Waits for nobody. */
export async function tryLock(tx: Transaction, name: `numfleet.${string}`): Promise<boolean> {
  const { rows } = await tx.query<{ taken: boolean }>('select pg_try_advisory_xact_lock(hashtext($1)) as taken', [
    name,
  ]);
  return rows[0]?.taken ?? false;
}
