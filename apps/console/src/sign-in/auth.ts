import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

type SignIn = { verdict: 'signed-in'; session: string } | { verdict: 'refused' } | { verdict: 'too-many-attempts' };

export interface Auth {
  /** Whether an Authorization header carries the token. */
  isBearer(header: string | undefined): boolean;
  /** Whether a cookie holds a session that has not run out. */
  isSession(session: string | undefined): boolean;
  /** Exchanges the token for a session. `address` is the asking one, by which failures are counted. */
  signIn(token: string, address: string): SignIn;
}

export const sessionSeconds = 12 * 3_600;
/** Failed attempts of an address within a minute, after which it has to wait for the next one. */
const maxFailures = 10;
const maxSessions = 1_000;

/** Sessions and failures live in memory: a restart of the console signs everyone out. */
export function createAuth(deps: { token: string; now: () => Date }): Auth {
  const tokenHash = sha256(deps.token);
  const expiries = new Map<string, number>();
  const failures = createFailureCount(deps.now);
  // Hashed, so that neither length nor content shows in the time it takes.
  const isToken = (given: string) => timingSafeEqual(sha256(given), tokenHash);
  return {
    isBearer: (header) => isToken(/^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? ''),
    isSession: (session) => session !== undefined && (expiries.get(session) ?? 0) > deps.now().getTime(),
    signIn(token, address) {
      if (failures.of(address) >= maxFailures) return { verdict: 'too-many-attempts' };
      if (!isToken(token)) {
        failures.add(address);
        return { verdict: 'refused' };
      }
      const session = randomBytes(32).toString('base64url');
      expiries.set(session, deps.now().getTime() + sessionSeconds * 1_000);
      dropOldest(expiries, maxSessions);
      return { verdict: 'signed-in', session };
    },
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
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
