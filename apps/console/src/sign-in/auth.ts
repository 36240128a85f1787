import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

type SignIn = { verdict: 'signed-in'; session: string } | { verdict: 'refused' } | { verdict: 'too-many-attempts' };

export interface Session {
  /** What a page of the console proves itself by when it changes something. */
  csrfToken: string;
  expiresAt: Date;
}

export interface Auth {
  /** Whether an Authorization header carries the token. */
  isBearer(header: string | undefined): boolean;
  /** The session of a cookie; null when there is none, or it has run out. */
  sessionOf(cookie: string | undefined): Session | null;
  /** Exchanges the token for a session. `address` is the asking one, by which failures are counted. */
  signIn(token: string, address: string): SignIn;
  signOut(cookie: string | undefined): void;
}

export const sessionSeconds = 12 * 3_600;
/** Failed attempts of an address within a minute, after which it has to wait for the next one. */
const maxFailures = 10;
const maxSessions = 1_000;

/** Sessions and failures live in memory: a restart of the console signs everyone out. */
export function createAuth(deps: { token: string; now: () => Date }): Auth {
  const tokenHash = sha256(deps.token);
  const csrfKey = randomBytes(32);
  // By the hash of its cookie: looking one up takes as long for a near miss as for any other.
  const expiries = new Map<string, number>();
  const failures = createFailureCount(deps.now);
  // Hashed, so that neither length nor content shows in the time it takes.
  const isToken = (given: string) => timingSafeEqual(sha256(given), tokenHash);
  return {
    isBearer: (header) => isToken(/^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? ''),
    sessionOf(cookie) {
      const expiry = cookie === undefined ? 0 : (expiries.get(keyOf(cookie)) ?? 0);
      if (cookie === undefined || expiry <= deps.now().getTime()) return null;
      const csrfToken = createHmac('sha256', csrfKey).update(cookie).digest('base64url');
      return { csrfToken, expiresAt: new Date(expiry) };
    },
    signIn(token, address) {
      if (failures.of(address) >= maxFailures) return { verdict: 'too-many-attempts' };
      if (!isToken(token)) {
        failures.add(address);
        return { verdict: 'refused' };
      }
      const session = randomBytes(32).toString('base64url');
      expiries.set(keyOf(session), deps.now().getTime() + sessionSeconds * 1_000);
      dropOldest(expiries, maxSessions);
      return { verdict: 'signed-in', session };
    },
    signOut(cookie) {
      if (cookie !== undefined) expiries.delete(keyOf(cookie));
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
