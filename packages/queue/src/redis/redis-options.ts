import { NumfleetError } from '@numfleet/contracts';

/** All keys of the fleet begin so. Two fleets on one Redis are told apart by the number of their database. */
export const keyPrefix = 'numfleet';

/** What of a connection the URL says. */
export interface RedisAddress {
  host: string;
  port: number;
  username?: string;
  password?: string;
  db: number;
  tls?: { servername: string };
}

const expected = 'REDIS_URL: expected redis://[[user]:password@]host[:port][/database], or rediss:// for TLS.';

/** Throws `config-invalid`, without showing the URL: it holds a password. */
export function parseRedisUrl(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '') throw wrong('');
  const db = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1];
  if (db === undefined) throw wrong(' After the host comes the number of a database, or nothing.');
  if (url.search !== '' || url.hash !== '') throw wrong(' Nothing comes after the database.');
  // An IPv6 address stands in brackets in a URL only.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: url.port === '' ? 6_379 : Number(url.port),
    ...(url.username === '' ? {} : { username: decoded(url.username) }),
    ...(url.password === '' ? {} : { password: decoded(url.password) }),
    db: Number(db),
    ...(url.protocol === 'rediss:' ? { tls: { servername: host } } : {}),
  };
}

/** What becomes of a command while Redis is away: it is sent when Redis is back, or it fails. */
export const waits = { maxRetriesPerRequest: null, enableOfflineQueue: true };
export const failsAtOnce = { maxRetriesPerRequest: 0, enableOfflineQueue: false };

/**
 * A `taker` waits for a Redis that is away, however long: a command of BullMQ's worker that failed would fail its job.
 * An `asker` fails at once instead of queueing what its caller may have given up by the time that it is sent.
 */
export function redisOptions(url: string, use: { name: string; role: 'asker' | 'taker' }) {
  return {
    ...parseRedisUrl(url),
    connectionName: `${keyPrefix}:${use.name}`,
    connectTimeout: 5_000,
    keepAlive: 10_000,
    // Data must come within this when some is awaited: finds connections cut half-open. BullMQ blocks for 10 s at most.
    socketTimeout: use.role === 'taker' ? 15_000 : 5_000,
    retryStrategy: reconnectDelay,
    ...(use.role === 'taker' ? waits : failsAtOnce),
  };
}

/** Milliseconds: doubled up to 2 s, and up to half of it off, so that a fleet does not come back all at once. */
function reconnectDelay(attempt: number): number {
  const longest = Math.min(2_000, 50 * 2 ** Math.min(attempt, 10));
  return longest * (0.5 + Math.random() / 2);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrong(' A % in the user or password is written %25.');
  }
}

function wrong(detail: string): NumfleetError {
  return new NumfleetError('config-invalid', `${expected}${detail}`);
}
