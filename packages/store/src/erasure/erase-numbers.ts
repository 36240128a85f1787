import { type AuditEvent, recordAudit } from '../record-audit.ts';
import type { Transaction } from '../store.ts';
import { insertSuppressions, lockForErasure } from './suppressions.ts';

/** A number that is to go, with all of its extensions. */
export interface Subject {
  /** The blind index of the number without its extension. */
  lineIndex: Buffer;
  suppressionIndex: Buffer;
}

export interface EraseNumbers {
  subjects: readonly Subject[];
  /** Why; never a number. */
  reason: string;
  actor: string;
  now: Date;
}

export interface Erased {
  numbers: number;
  sightings: number;
  campaigns: number;
  /** Of the subjects, how many anything was stored of. */
  subjects: number;
  /** Suppressions that were not there yet. */
  suppressed: number;
  /** Where Postgres' log stood afterwards: up to there it may hold copies of the rows, encrypted as they were. */
  walPosition: string;
}

/**
 * Takes numbers away, with all their sightings in all campaigns, and leaves suppressions that hold against their coming back
 * (G55). Each subject gets an audit event, which names it by its suppression index.
 */
export async function eraseNumbers(tx: Transaction, erase: EraseNumbers): Promise<Erased> {
  const { subjects, now } = erase;
  await lockForErasure(tx);
  const indexes = subjects.map((subject) => subject.suppressionIndex);
  const suppressed = await insertSuppressions(tx, { indexes, reason: 'erased', now });
  const gone = await deleteFindings(tx, subjects);
  await recordAudit(tx, [...subjectEvents(erase, gone), ...campaignEvents(erase, gone)]);
  const { rows } = await tx.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  return {
    numbers: sum(gone, 'numbers'),
    sightings: sum(gone, 'sightings'),
    campaigns: new Set(gone.map((one) => one.campaignId)).size,
    subjects: new Set(gone.map((one) => one.place)).size,
    suppressed,
    walPosition: rows[0]?.lsn ?? '',
  };
}

interface Gone {
  /** Of the subject, from 1. */
  place: number;
  campaignId: string;
  numbers: number;
  sightings: number;
}

/** One probe a campaign for each number: what it costs does not hang on how many numbers there are. */
async function deleteFindings(tx: Transaction, subjects: readonly Subject[]): Promise<Gone[]> {
  const { rows } = await tx.query<Gone>(
    `with wanted as (
       select place::int, line_index from unnest($1::bytea[]) with ordinality given (line_index, place)
     ), held as materialized (
       select n.campaign_id, n.blind_index, min(wanted.place) as place
       from wanted cross join lateral (
         select n.campaign_id, n.blind_index from campaigns c
           join numbers n on n.campaign_id = c.id and n.blind_index = wanted.line_index
         union all select campaign_id, blind_index from numbers where line_index = wanted.line_index
       ) n group by 1, 2
     ), seen as (
       delete from sightings s using held h where s.campaign_id = h.campaign_id and s.blind_index = h.blind_index
       returning h.place, h.campaign_id
     ), gone as (
       delete from numbers n using held h where n.campaign_id = h.campaign_id and n.blind_index = h.blind_index
       returning h.place, h.campaign_id
     )
     select place, campaign_id as "campaignId", sum(number)::int as numbers, sum(sighting)::int as sightings from (
       select place, campaign_id, 1 as number, 0 as sighting from gone
       union all select place, campaign_id, 0, 1 from seen
     ) all_gone group by 1, 2 order by 1, 2`,
    [subjects.map((subject) => subject.lineIndex)],
  );
  return rows;
}

function subjectEvents({ subjects, reason, actor, now }: EraseNumbers, gone: readonly Gone[]): AuditEvent[] {
  const byPlace = Map.groupBy(gone, (one) => one.place);
  return subjects.map(({ suppressionIndex }, index) => {
    const own = byPlace.get(index + 1) ?? [];
    const counts = { numbers: sum(own, 'numbers'), sightings: sum(own, 'sightings') };
    const details = { subject: suppressionIndex.toString('hex'), reason, ...counts };
    return { at: now, actor, action: 'number.erased', campaignId: null, details };
  });
}

/** What the campaigns' counts are held against, see `compareCounts`. */
function campaignEvents({ actor, now }: EraseNumbers, gone: readonly Gone[]): AuditEvent[] {
  return [...Map.groupBy(gone, (one) => one.campaignId)].map(([campaignId, own]) => {
    const details = { numbers: sum(own, 'numbers'), sightings: sum(own, 'sightings') };
    return { at: now, actor, action: 'findings.erased', campaignId, details };
  });
}

function sum(gone: readonly Gone[], counter: 'numbers' | 'sightings'): number {
  return gone.reduce((total, one) => total + one[counter], 0);
}
