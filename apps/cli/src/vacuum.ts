import { reachTruth } from './reach-truth.ts';
import type { Surroundings } from './surroundings.ts';

/** Has deleted rows leave the data files now. Whoever may not, on a database of their own, leaves it to autovacuum. */
export async function vacuum(tables: readonly string[], around: Surroundings): Promise<boolean> {
  try {
    await using truth = await reachTruth(around, 'vacuum');
    for (const table of tables) await truth.store.query(`vacuum ${table}`);
    return true;
  } catch {
    around.signal.throwIfAborted();
    return false;
  }
}
