import { NumfleetError } from '@numfleet/contracts';
import { recordAudit } from '../record-audit.ts';
import type { Db, Transaction } from '../store.ts';
import type { AuditLink } from './audit-link.ts';
import { readAuditHead } from './read-audit-head.ts';
import { sealAuditEvents } from './seal-audit-events.ts';

export interface RetireAuditKey {
  from: { id: string; key: Buffer };
  to: { id: string };
  /** Under the old key. */
  sealBefore: (link: AuditLink) => Buffer;
  /** Under the new one. */
  sealAfter: (link: AuditLink) => Buffer;
  actor: string;
  now: Date;
}

/**
 * Ends what the old key of the audit seals, and begins what the new one does, by an event that tells of both: where the old part
 * ends, and by which key it is to be verified from now on. Throws `audit-broken` where another process seals.
 */
export async function retireAuditKey(tx: Transaction, retire: RetireAuditKey): Promise<void> {
  const { from, to, sealBefore, sealAfter, actor, now } = retire;
  await sealAll(tx, sealBefore);
  const head = await readAuditHead(tx);
  await tx.query('update bound_keys set key_id = $2, bound_at = $3 where name = $1', ['audit', to.id, now]);
  const last = { seq: head?.seq ?? 0, head: head?.mac.toString('hex') ?? null };
  const details = { key: 'audit', from: from.id, to: to.id, ...last, retired: from.key.toString('hex') };
  await recordAudit(tx, [{ at: now, actor, action: 'key.rotated', campaignId: null, details }]);
  await sealAll(tx, sealAfter);
}

/** The keys that sealed the chain before the current one, in their order: each until the place of the event that tells of it. */
export async function readRetiredAuditKeys(db: Db): Promise<{ until: number; key: Buffer }[]> {
  const { rows } = await db.query<{ seq: string; key: string }>(
    `select s.seq, e.details ->> 'retired' as key from audit_events e join audit_seals s on s.event_id = e.id
     where e.action = 'key.rotated' and e.details ->> 'key' = 'audit' order by s.seq`,
  );
  return rows.map(({ seq, key }) => ({ until: Number(seq), key: Buffer.from(key ?? '', 'hex') }));
}

async function sealAll(tx: Transaction, sealOf: RetireAuditKey['sealBefore']): Promise<void> {
  while (true) {
    const report = await sealAuditEvents(tx, { sealOf });
    if (report === null)
      throw new NumfleetError('audit-broken', 'Another process seals the audit. Stop the fleet first.');
    if (report.sealed === 0) return;
  }
}
