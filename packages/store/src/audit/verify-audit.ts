import type { Db } from '../store.ts';
import { type AuditLink, chainedEvent, type SealedPlace } from './audit-link.ts';
import { compareCounts } from './compare-audit-counts.ts';

/**
 * What is wrong with an audit. `changed`: an event, its seal or their order is not what was sealed. `removed`: a sealed
 * event is gone. `gap`: places of the chain are gone. `inserted`: an event was never given to the sealer. `truncated`: the
 * chain is shorter than it was when its head was written down. `replaced`: it is another chain than that one. `uncounted`:
 * a campaign's events tell of more or fewer findings than were counted when they were stored.
 */
type AuditFaultKind = 'changed' | 'removed' | 'gap' | 'inserted' | 'truncated' | 'replaced' | 'uncounted';

export interface AuditFault {
  kind: AuditFaultKind;
  /** The place in the chain, where it has one. */
  seq: number | null;
  /** The event that it concerns; of a gap the one after it. */
  eventId: string | null;
  campaignId: string | null;
}

export interface AuditVerdict {
  /** Sealed events that were looked at. */
  events: number;
  /** Events that wait for their seal: about a second's worth in a fleet that runs. */
  unsealed: number;
  /** Heads that the chain was held against. */
  anchors: number;
  /** The first 100, the first in the chain first. */
  faults: AuditFault[];
  faultCount: number;
}

export interface VerifyAudit {
  sealOf: (link: AuditLink) => Buffer;
  /** Heads of the chain that were kept outside of the database. */
  anchors: readonly SealedPlace[];
  /** Told now and then how many of how many events were looked at. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

const batch = 2_000;
const maxFaults = 100;

/**
 * Holds every audit event against its seal, the chain against the heads that were kept of it, and the counts of the commits'
 * events against the counters. Reads all of the audit, in flat memory, while the fleet may go on.
 */
export async function verifyAudit(db: Db, options: VerifyAudit): Promise<AuditVerdict> {
  const total = await countSeals(db);
  const found = collectFaults();
  const anchors = new Map(options.anchors.map((anchor) => [anchor.seq, anchor.mac]));
  let last: SealedPlace = { seq: 0, mac: Buffer.alloc(0) };
  let events = 0;
  while (true) {
    options.signal?.throwIfAborted();
    const rows = await readLinks(db, last.seq);
    for (const row of rows) {
      for (const kind of faultsOf(row, last, options.sealOf)) found.add(faultAt(kind, row));
      const anchored = anchors.get(row.seq);
      if (anchored !== undefined && !anchored.equals(row.mac)) found.add(faultAt('replaced', row));
      // From here on by the seal that is there, so that a fault is told of its own event and not of all that follow.
      last = { seq: row.seq, mac: row.mac };
    }
    events += rows.length;
    options.onProgress?.(events, Math.max(total, events));
    if (rows.length < batch) break;
  }
  const cutAt = options.anchors.filter(({ seq }) => seq > last.seq).map(({ seq }) => seq);
  if (cutAt.length > 0) found.add({ ...nowhere, kind: 'truncated', seq: last.seq + 1 });
  for (const eventId of await findInserted(db)) found.add({ ...nowhere, kind: 'inserted', eventId });
  for (const campaignId of await compareCounts(db)) found.add({ ...nowhere, kind: 'uncounted', campaignId });
  return { events, unsealed: await countUnsealed(db), anchors: anchors.size, ...found.all() };
}

interface LinkRow {
  seq: number;
  mac: Buffer;
  eventId: string;
  event: AuditLink['event'];
}

const nowhere = { seq: null, eventId: null, campaignId: null };

function faultAt(kind: AuditFaultKind, { seq, eventId, event }: LinkRow): AuditFault {
  return { kind, seq, eventId, campaignId: event?.campaignId ?? null };
}

function faultsOf(row: LinkRow, last: SealedPlace, sealOf: VerifyAudit['sealOf']): AuditFaultKind[] {
  const isGap = row.seq !== last.seq + 1;
  // What comes after a gap was sealed over a seal that is gone.
  if (isGap) return row.event === null ? ['gap', 'removed'] : ['gap'];
  if (row.event === null) return ['removed'];
  const previous = last.seq === 0 ? null : last.mac;
  return sealOf({ seq: row.seq, previous, event: row.event }).equals(row.mac) ? [] : ['changed'];
}

async function readLinks(db: Db, after: number): Promise<LinkRow[]> {
  const { rows } = await db.query<Omit<LinkRow, 'seq'> & { seq: string }>(
    `select s.seq, s.mac, s.event_id as "eventId", ${chainedEvent} as event
     from audit_seals s left join audit_events e on e.id = s.event_id where s.seq > $1 order by s.seq limit $2`,
    [after, batch],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}

async function countSeals(db: Db): Promise<number> {
  const { rows } = await db.query<{ count: number }>('select count(*)::int as count from audit_seals');
  return rows[0]?.count ?? 0;
}

async function countUnsealed(db: Db): Promise<number> {
  const { rows } = await db.query<{ count: number }>('select count(*)::int as count from audit_unsealed');
  return rows[0]?.count ?? 0;
}

async function findInserted(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from audit_events e where not exists (select from audit_seals where event_id = e.id)
       and not exists (select from audit_unsealed where event_id = e.id) order by id limit $1`,
    [maxFaults],
  );
  return rows.map(({ id }) => id);
}

function collectFaults() {
  const faults: AuditFault[] = [];
  let faultCount = 0;
  return {
    add(fault: AuditFault) {
      faultCount += 1;
      if (faults.length < maxFaults) faults.push(fault);
    },
    all: () => ({ faults, faultCount }),
  };
}
