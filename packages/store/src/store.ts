import { type EvictionReason, NumfleetError } from '@numfleet/contracts';
import { openPool } from '@numfleet/postgres';
import pg from 'pg';

/** Rows of a statement. bigints are decimal strings, timestamptz is a Date, jsonb is parsed. */
export interface Rows<Row> {
  rows: Row[];
  /** Rows affected by a data-changing statement, or returned by a query. */
  count: number;
}

/** What every verb takes first: the pool, or a transaction. */
export interface Db {
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Rows<Row>>;
}

/** Verbs that take this must run in a transaction, whose end releases the locks that they take. */
export interface Transaction extends Db {
  /** Runs `work` in a savepoint: when it throws, what it did is undone, its locks are released, and the error goes on. */
  savepoint<T>(work: () => Promise<T>): Promise<T>;
}

export interface Store extends Db, AsyncDisposable {
  /** READ COMMITTED. Commits when `work` resolves; rolls back and rethrows when it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Waits for the statements that run, then closes every connection. */
  close(): Promise<void>;
  /** Connections held and waited for, for a gauge. */
  connections(): { total: number; idle: number; waiting: number };
}

export interface StoreOptions {
  connectionString: string;
  /** As `pg_stat_activity` shows it. */
  applicationName: string;
  /** Connections at most. */
  max: number;
  /** Told about each connection that is given up and replaced. */
  onEvicted?: (reason: EvictionReason) => void;
  /** Server-side limit of a statement, ms. */
  statementTimeoutMs?: number;
  /** How often idle connections are checked, ms. */
  idleCheckMs?: number;
}

/**
 * A pool on the Postgres of truth. Nothing is connected until the first statement. A statement ends within
 * `statementTimeoutMs` + 5 s even on a half-open connection (G14), which is then dropped and not used again.
 */
export function createStore(options: StoreOptions): Store {
  const { statementTimeoutMs = 20_000, ...rest } = options;
  const checked = openPool({ ...rest, statementTimeoutMs, clientGraceMs: 5_000, settings });
  const { pool, close } = checked;
  return {
    query: (text, values) => withConnection(pool, (connection) => connection.query(text, values)),
    transaction: (work) => withConnection(pool, (connection) => runTransaction(connection, work)),
    connections: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Every statement here is short: compiling one, or spreading it over workers, costs more than it saves. And every one has
 * an index: which of two plans is taken must not hang on what the statistics said last. Left to itself Postgres read whole
 * tables in 8 of the scheduler's and the sink's 24 queries at 100,000 pages, for the rows of a batch it cannot count.
 */
const settings = [
  '-c jit=off -c max_parallel_workers_per_gather=0',
  '-c enable_seqscan=off -c enable_hashjoin=off -c random_page_cost=1.1',
  '-c plan_cache_mode=force_generic_plan',
].join(' ');

interface Connection extends Db {
  /** False once anything but Postgres itself answered a statement with an error: a half-open socket, a time-out. */
  readonly sound: boolean;
}

async function withConnection<T>(pool: pg.Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw unreachable(error);
  });
  let sound = true;
  const onError = () => {
    sound = false;
  };
  // Without a listener an error between two statements of a transaction would end the process.
  client.on('error', onError);
  try {
    return await work({
      get sound() {
        return sound;
      },
      async query<Row extends object>(text: string, values: readonly unknown[] = []) {
        try {
          const result = await client.query<Row & pg.QueryResultRow>(prepared(text, values));
          return { rows: result.rows as Row[], count: result.rowCount ?? 0 };
        } catch (error) {
          if (error instanceof pg.DatabaseError && !error.code?.startsWith('57P')) throw withoutData(error);
          // Not Postgres' answer to the statement: a broken socket, a time-out, a server that shuts down.
          sound = false;
          throw unreachable(error);
        }
      },
    });
  } finally {
    client.off('error', onError);
    client.release(!sound);
  }
}

/**
 * A statement is parsed and planned once a connection: planning over 8 partitions was half of what committing two results at a
 * time cost Postgres (7.3 ms each, now 3.5), and two thirds of what the scheduler cost it while it planned some anew for their
 * values. Texts are few; none is put together of data.
 */
function prepared(text: string, values: readonly unknown[]): pg.QueryConfig {
  const isPlanned = values.length > 0 || /^\s*(select|with)\b/.test(text);
  return { text, values: [...values], ...(isPlanned && { name: statementName(text) }) };
}

const statementNames = new Map<string, string>();

function statementName(text: string): string {
  const name = statementNames.get(text) ?? `statement-${statementNames.size}`;
  statementNames.set(text, name);
  return name;
}

async function runTransaction<T>(connection: Connection, work: (tx: Transaction) => Promise<T>): Promise<T> {
  await connection.query('begin');
  try {
    const result = await work({
      query: (text, values) => connection.query(text, values),
      savepoint: (inner) => runSavepoint(connection, inner),
    });
    await connection.query('commit');
    return result;
  } catch (error) {
    // Closing an unsound connection rolls back as well, and does not wait for an answer that will not come.
    if (connection.sound) await connection.query('rollback').catch(() => {});
    throw error;
  }
}

async function runSavepoint<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.query('savepoint attempt');
  try {
    const result = await work();
    await connection.query('release savepoint attempt');
    return result;
  } catch (error) {
    if (connection.sound) await connection.query('rollback to savepoint attempt; release savepoint attempt');
    throw error;
  }
}

/** Postgres puts rows and keys into `detail` and `where`; errors are logged, so these go (I3). */
function withoutData<E>(error: E): E {
  if (error instanceof pg.DatabaseError) {
    error.detail = undefined;
    error.where = undefined;
    error.internalQuery = undefined;
  }
  return error;
}

function unreachable(error: unknown): NumfleetError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return new NumfleetError('postgres-failed', `Postgres cannot be reached${code}. Check DATABASE_URL and the server.`, {
    cause: withoutData(error),
  });
}
