import { type ApiTokenView, NumfleetError, type Role } from '@numfleet/contracts';
import { recordAudit } from '../record-audit.ts';
import type { Db, Transaction } from '../store.ts';

export interface FoundToken {
  name: string;
  role: Role;
  /** The campaigns that it is for; null for all. */
  campaigns: string[] | null;
}

/** The token of that SHA-256, unless it has expired or was revoked. */
export async function findToken(db: Db, hash: Buffer, now: Date): Promise<FoundToken | null> {
  const { rows } = await db.query<FoundToken>(
    `select name, role, campaigns::text[] from api_tokens
     where token_hash = $1 and revoked_at is null and expires_at > $2`,
    [hash, now],
  );
  return rows[0] ?? null;
}

export interface CreateToken extends FoundToken {
  hash: Buffer;
  expiresAt: Date;
  actor: string;
  now: Date;
}

/** Throws `request-invalid` where a token in force has that name already. */
export async function createToken(tx: Transaction, create: CreateToken): Promise<void> {
  const { name, role, campaigns, hash, expiresAt, actor, now } = create;
  // One that expired by itself is in nobody's way.
  await tx.query(
    'update api_tokens set revoked_at = expires_at where name = $1 and revoked_at is null and expires_at <= $2',
    [name, now],
  );
  const { count } = await tx.query(
    `insert into api_tokens (name, role, campaigns, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (name) where revoked_at is null do nothing`,
    [name, role, campaigns, hash, now, expiresAt],
  );
  if (count === 0)
    throw new NumfleetError('request-invalid', 'name: a token of that name is in force. Revoke it first.');
  const details = { token: name, role, campaigns: campaigns?.join(',') ?? 'all', expiresAt: expiresAt.toISOString() };
  await recordAudit(tx, [{ at: now, actor, action: 'token.created', campaignId: null, details }]);
}

/** Throws `token-unknown`. */
export async function revokeToken(tx: Transaction, revoke: { name: string; actor: string; now: Date }): Promise<void> {
  const { name, actor, now } = revoke;
  const { count } = await tx.query(
    'update api_tokens set revoked_at = $2 where name = $1 and revoked_at is null and expires_at > $2',
    [name, now],
  );
  if (count === 0) throw new NumfleetError('token-unknown', 'No token of that name is in force.');
  await recordAudit(tx, [{ at: now, actor, action: 'token.revoked', campaignId: null, details: { token: name } }]);
}

/** The newest 1,000, revoked and expired ones too. */
export async function listTokens(db: Db, now: Date): Promise<ApiTokenView[]> {
  const { rows } = await db.query<Omit<ApiTokenView, 'createdAt' | 'expiresAt'> & { createdAt: Date; expiresAt: Date }>(
    `select name, role, campaigns::text[], created_at as "createdAt", expires_at as "expiresAt",
       case when revoked_at is not null and revoked_at < expires_at then 'revoked' when expires_at <= $1 then 'expired'
         else 'in-force' end as state
     from api_tokens order by id desc limit 1000`,
    [now],
  );
  return rows.map(({ createdAt, expiresAt, ...token }) => {
    return { ...token, createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
  });
}
