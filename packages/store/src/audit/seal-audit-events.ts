import type { Transaction } from '../store.ts';
import { type AuditLink, chainedEvent, type SealedPlace } from './audit-link.ts';
import { readAuditHead } from './read-audit-head.ts';

export interface SealAuditEvents {
  /** As `AuditChain` of privacy. */
  sealOf: (link: AuditLink) => Buffer;
  /** Events a call, at most. */
  limit?: number;
}

export interface SealReport {
  sealed: number;
  /** When the oldest of them was written; null where there were none. */
  oldestAt: Date | null;
}

/**
 * Seals the events that wait for it. Null where another process is at it: one at a time continues the chain. An event that
 * is gone before it was sealed leaves a seal of nothing, so that its going shows.
 */
export async function sealAuditEvents(tx: Transaction, options: SealAuditEvents): Promise<SealReport | null> {
  const lock = await tx.query<{ held: boolean }>(
    `select pg_try_advisory_xact_lock(hashtext('numfleet.audit-sealer')) as held`,
  );
  if (lock.rows[0]?.held !== true) return null;
  const { rows: events } = await tx.query<WaitingEvent>(
    `with taken as (
       delete from audit_unsealed where event_id in (select event_id from audit_unsealed order by 1 limit $1)
       returning event_id
     )
     select taken.event_id as "eventId", e.at as "writtenAt", ${chainedEvent} as event
     from taken left join audit_events e on e.id = taken.event_id order by 1`,
    [options.limit ?? 500],
  );
  if (events.length === 0) return { sealed: 0, oldestAt: null };
  await insertSeals(tx, seal(events, await readAuditHead(tx), options.sealOf));
  const times = events.flatMap(({ writtenAt }) => (writtenAt === null ? [] : [writtenAt.getTime()]));
  return { sealed: events.length, oldestAt: times.length === 0 ? null : new Date(Math.min(...times)) };
}

type WaitingEvent = { eventId: string; writtenAt: Date | null; event: AuditLink['event'] };

function seal(events: readonly WaitingEvent[], head: SealedPlace | null, sealOf: SealAuditEvents['sealOf']) {
  let seq = head?.seq ?? 0;
  let previous = head?.mac ?? null;
  return events.map(({ eventId, event }) => {
    seq += 1;
    previous = sealOf({ seq, previous, event });
    return { seq, eventId, mac: previous };
  });
}

async function insertSeals(tx: Transaction, seals: readonly { seq: number; eventId: string; mac: Buffer }[]) {
  await tx.query(
    'insert into audit_seals (seq, event_id, mac) select * from unnest($1::bigint[], $2::bigint[], $3::bytea[])',
    [seals.map(({ seq }) => seq), seals.map(({ eventId }) => eventId), seals.map(({ mac }) => mac)],
  );
}
