import { recordAudit } from '../record-audit.ts';
import type { Transaction } from '../store.ts';
import { insertSuppressions } from './suppressions.ts';

export interface SuppressNumbers {
  indexes: readonly Buffer[];
  actor: string;
  now: Date;
}

/**
 * Notes that these numbers must not be stored from now on; what is stored of them stays, until it is erased or expires. Gives
 * how many were not on the list yet.
 */
export async function suppressNumbers(tx: Transaction, { indexes, actor, now }: SuppressNumbers): Promise<number> {
  const added = await insertSuppressions(tx, { indexes, reason: 'opted-out', now });
  const details = { given: indexes.length, added };
  await recordAudit(tx, [{ at: now, actor, action: 'numbers.suppressed', campaignId: null, details }]);
  return added;
}
