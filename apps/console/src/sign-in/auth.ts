import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FoundToken } from '@numfleet/store';
import type { Principal } from './authorisation.ts';

type SignIn = { verdict: 'signed-in'; session: string } | { verdict: 'refused' } | { verdict: 'too-many-attempts' };

export interface Session {
  /** Who signed in; only as long as their token is in force. */
  principal: Principal;
  /** What a page of the console proves itself by when it changes something. */
  csrfToken: string;
  expiresAt: Date;
}

export interface Auth {
  /** Whose token an Authorization header carries; null for none that is in force. */
  bearerOf(header: string | undefined): Promise<Principal | null>;
  /** The session of a cookie; null when there is none, it has run out, or its token is not in force any more. */
  sessionOf(cookie: string | undefined): Promise<Session | null>;
  /** Exchanges a token for a session. `address` is the asking one, by which failures are counted. */
  signIn(token: string, address: string): Promise<SignIn>;
  signOut(cookie: string | undefined): void;
}

export const sessionSeconds = 12 * 3_600;
/** Failed attempts of an address within a minute, after which it has to wait for the next one. */
const maxFailures = 10;
const maxSessions = 1_000;

/** As a token that this console gave out begins; others are not looked for in the database. */
const tokenPrefix = 'numfleet_';

/** A token, which is seen once, and what is kept of it. */
export function makeToken(): { token: string; hash: Buffer } {
  const token = `${tokenPrefix}${randomBytes(32).toString('base64url')}`;
  return { token, hash: sha256(token) };
}

/** Whoever holds the console's own token: the operator of the fleet, who has all rights and gives others theirs. */
const operator: Principal = { actor: 'operator', role: 'controller', campaigns: null };

/**
 * Who asks, by the console's own token (`token`) or one of those that it gave out (`findToken`). Sessions and failures live in
 * memory: a restart of the console signs everyone out.
 */
export function createAuth(deps: {
  token: string;
  findToken: (hash: Buffer) => Promise<FoundToken | null>;
  now: () => Date;
}): Auth {
  const ownHash = sha256(deps.token);
  const csrfKey = randomBytes(32);
  // By the hash of its cookie: looking one up takes as long for a near miss as for any other.
  const sessions = new Map<string, { expiry: number; tokenHash: Buffer }>();
  const failures = createFailureCount(deps.now);
  // Hashed, so that neither length nor content shows in the time it takes.
  const principalOf = async (hash: Buffer): Promise<Principal | null> => {
    if (timingSafeEqual(hash, ownHash)) return operator;
    const found = await deps.findToken(hash);
    return found && { actor: `token:${found.name}`, role: found.role, campaigns: found.campaigns };
  };
  const holderOf = async (token: string) => {
    const hash = sha256(token);
    return token.startsWith(tokenPrefix) || timingSafeEqual(hash, ownHash) ? await principalOf(hash) : null;
  };
  return {
    bearerOf: (header) => holderOf(/^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? ''),
    async sessionOf(cookie) {
      const session = cookie === undefined ? undefined : sessions.get(keyOf(cookie));
      if (cookie === undefined || session === undefined || session.expiry <= deps.now().getTime()) return null;
      const principal = await principalOf(session.tokenHash);
      if (principal === null) return null;
      const csrfToken = createHmac('sha256', csrfKey).update(cookie).digest('base64url');
      return { principal, csrfToken, expiresAt: new Date(session.expiry) };
    },
    async signIn(token, address) {
      if (failures.of(address) >= maxFailures) return { verdict: 'too-many-attempts' };
      if ((await holderOf(token)) === null) {
        failures.add(address);
        return { verdict: 'refused' };
      }
      const session = randomBytes(32).toString('base64url');
      const expiry = deps.now().getTime() + sessionSeconds * 1_000;
      sessions.set(keyOf(session), { expiry, tokenHash: sha256(token) });
      dropOldest(sessions, maxSessions);
      return { verdict: 'signed-in', session };
    },
    signOut(cookie) {
      if (cookie !== undefined) sessions.delete(keyOf(cookie));
    },
  };
}

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function keyOf(cookie: string): string {
  return sha256(cookie).toString('base64url');
}

/** Counts by address within a minute of the clock. */
function createFailureCount(now: () => Date) {
  const counts = new Map<string, number>();
  let minute = 0;
  const current = () => {
    const thisMinute = Math.floor(now().getTime() / 60_000);
    if (thisMinute !== minute) counts.clear();
    minute = thisMinute;
    return counts;
  };
  return {
    of: (address: string) => current().get(address) ?? 0,
    add(address: string) {
      counts.set(address, (current().get(address) ?? 0) + 1);
      dropOldest(counts, maxSessions);
    },
  };
}

function dropOldest(map: Map<string, unknown>, max: number): void {
  for (const key of map.keys()) {
    if (map.size <= max) return;
    map.delete(key);
  }
}
