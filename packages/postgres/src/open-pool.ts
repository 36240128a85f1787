import type { EvictionReason } from '@numfleet/contracts';
import pg from 'pg';
import { checkConnections } from './check-connections.ts';

export interface PoolOptions {
  connectionString: string;
  /** As `pg_stat_activity` shows it. */
  applicationName: string;
  /** Connections at most. */
  max: number;
  /** The server's limit of a statement, ms; the client's own is `clientGraceMs` longer. */
  statementTimeoutMs: number;
  /** How much longer than the server the client waits for an answer, ms. */
  clientGraceMs: number;
  /** For the server's command line: `-c jit=off`. */
  settings?: string;
  /** A connection is held for ever by who listens for notifications, and is checked like an idle one. */
  listens?: boolean;
  /** How often idle connections are checked, ms. */
  idleCheckMs?: number;
  /** The age at which a connection is replaced, ms. */
  lifetimeMs?: number;
  /** Told about each connection that is given up and replaced. */
  onEvicted?: (reason: EvictionReason) => void;
}

export interface CheckedPool extends AsyncDisposable {
  readonly pool: pg.Pool;
  /** Waits for the statements that run, then closes every connection. */
  close(): Promise<void>;
}

const defaultIdleCheckMs = 15_000;
const defaultLifetimeMs = 30 * 60_000;

/**
 * A pool whose connections are known to be alive: idle ones are asked every 15 s and live 30 min at most (G14). Nothing
 * is connected until the first statement, and none waits longer for its answer than `statementTimeoutMs` +
 * `clientGraceMs`, although a half-open connection (no FIN, no RST) never gives one.
 */
export function openPool(options: PoolOptions): CheckedPool {
  const { idleCheckMs = defaultIdleCheckMs, lifetimeMs = defaultLifetimeMs } = options;
  const pool = createPool(options, lifetimeMs);
  const checking = checkConnections(pool, {
    everyMs: idleCheckMs,
    lifetimeMs,
    listens: options.listens ?? false,
    onEvicted: options.onEvicted ?? (() => {}),
  });
  let closing: Promise<void> | undefined;
  const close = () => {
    checking[Symbol.dispose]();
    closing ??= pool.end();
    return closing;
  };
  return { pool, close, [Symbol.asyncDispose]: close };
}

function createPool(options: PoolOptions, lifetimeMs: number): pg.Pool {
  const { statementTimeoutMs, clientGraceMs } = options;
  return new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: lifetimeMs / 1_000,
    // For a peer whose machine is gone. A middlebox that forgot the connection may go on answering these.
    keepAlive: true,
    keepAliveInitialDelayMillis: 15_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + clientGraceMs,
    lock_timeout: statementTimeoutMs / 2,
    // What a stopped process or one behind a cut connection has locked, all others wait for: with 60 s here a fleet stood
    // still for 68 s after its connections were cut (G14).
    idle_in_transaction_session_timeout: 10_000,
    ...(options.settings === undefined ? {} : { options: options.settings }),
  });
}
