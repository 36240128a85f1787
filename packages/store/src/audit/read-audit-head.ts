import type { Db } from '../store.ts';
import type { SealedPlace } from './audit-link.ts';

/** The newest seal; null where nothing was sealed yet. */
export async function readAuditHead(db: Db): Promise<SealedPlace | null> {
  return await readSeal(db, 'select seq, mac from audit_seals order by seq desc limit 1', []);
}

/** The seal at a place; null where there is none. */
export async function readAuditSeal(db: Db, seq: number): Promise<SealedPlace | null> {
  return await readSeal(db, 'select seq, mac from audit_seals where seq = $1', [seq]);
}

async function readSeal(db: Db, sql: string, values: readonly unknown[]): Promise<SealedPlace | null> {
  const { rows } = await db.query<{ seq: string; mac: Buffer }>(sql, values);
  return rows[0] === undefined ? null : { seq: Number(rows[0].seq), mac: rows[0].mac };
}
