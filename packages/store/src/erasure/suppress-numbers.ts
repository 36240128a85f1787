import { recordAudit } from '../record-audit.ts';
import type { Transaction } from '../store.ts';
import type { Subject } from './erase-numbers.ts';
import { insertSuppressions, lockForErasure } from './suppressions.ts';

export interface SuppressNumbers {
  subjects: readonly Subject[];
  actor: string;
  now: Date;
}

/**
 * Notes that these numbers must not be stored from now on; what is stored of them stays, until it is erased or expires, and is not
 * renewed by pages that are as they were. Gives how many were not on the list yet.
 */
export async function suppressNumbers(tx: Transaction, { subjects, actor, now }: SuppressNumbers): Promise<number> {
  await lockForErasure(tx);
  const indexes = subjects.map(({ suppressionIndex }) => suppressionIndex);
  const added = await insertSuppressions(tx, { indexes, reason: 'opted-out', now });
  await tx.query(
    `with held as materialized (
       select n.campaign_id, n.blind_index from unnest($1::bytea[]) wanted (line_index) cross join lateral (
         select n.campaign_id, n.blind_index from campaigns c
           join numbers n on n.campaign_id = c.id and n.blind_index = wanted.line_index
         union all select campaign_id, blind_index from numbers where line_index = wanted.line_index
       ) n
     )
     update sightings s set on_page = false from held
     where s.campaign_id = held.campaign_id and s.blind_index = held.blind_index and s.on_page`,
    [subjects.map(({ lineIndex }) => lineIndex)],
  );
  const details = { given: indexes.length, added };
  await recordAudit(tx, [{ at: now, actor, action: 'numbers.suppressed', campaignId: null, details }]);
  return added;
}
