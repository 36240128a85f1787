import type { EvictionReason } from '@numfleet/contracts';
import { openPool } from '@numfleet/postgres';
import { sleep } from '@numfleet/service';
import { createPostgresBackend } from 'bullmq';
import pg from 'pg';

/**
 * BullMQ's own pool bounds no statement and asks no idle connection, so that one cut half-open stalls a worker for ever
 * (G14); nor does its client that listens. `max` is what it uses at a time, the one that listens not counted.
 */
export function createCheckedBackend(deps: {
  url: string;
  applicationName: string;
  max: number;
  onEvicted: (reason: EvictionReason) => void;
}): typeof createPostgresBackend {
  return (name, opts, factoryOpts) => {
    const checked = openPool({
      connectionString: deps.url,
      applicationName: deps.applicationName,
      max: deps.max + 1,
      // Short, so that who adds a result can try again within its patience.
      statementTimeoutMs: 8_000,
      clientGraceMs: 4_000,
      settings: '-c search_path=bullmq',
      listens: true,
      onEvicted: deps.onEvicted,
    });
    // BullMQ's type of a pool is a subset of pg's, but not one that the compiler sees through the overloads of `on`.
    const connection = patientAtFirst(checked.pool) as unknown as typeof opts.connection;
    const backend = createPostgresBackend(name, { ...opts, connection }, factoryOpts);
    const closeBackend = backend.close.bind(backend);
    // A pool that BullMQ is handed stays open when it closes.
    backend.close = async (force) => {
      await closeBackend(force);
      await checked.close();
    };
    return backend;
  };
}

const pauseMs = 500;

/**
 * BullMQ remembers for ever that its first connection failed, or the statement by which it checks its tables there, and
 * would never work again. So that answer is waited for, as it is on Redis; who asks the queue has a bound of its own.
 */
function patientAtFirst(pool: pg.Pool): pg.Pool {
  const connect = pool.connect.bind(pool);
  const answered = Promise.withResolvers<void>();
  let isFirst = true;
  const askAtLast = async (text: string, values: unknown[]) => {
    while (true) {
      try {
        return await pool.query(text, values);
      } catch (error) {
        if (pool.ending || isFinal(error)) throw error;
        await sleep(pauseMs);
      }
    }
  };
  const first = {
    query: (text: string, values: unknown[]) => askAtLast(text, values).finally(answered.resolve),
    release() {},
  } as unknown as pg.PoolClient;
  const connectAfterFirst = async () => {
    if (isFirst) {
      isFirst = false;
      return first;
    }
    await answered.promise;
    return await connect();
  };
  // The pool itself calls it with a callback.
  const callBack = (...given: Parameters<typeof connect>) => connect(...given);
  pool.connect = ((...given: [] | Parameters<typeof connect>) =>
    given.length === 0 ? connectAfterFirst() : callBack(...given)) as typeof pool.connect;
  return pool;
}

/** What was asked can never be answered there: its tables are missing (class 42 of SQLSTATE). */
function isFinal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code?.startsWith('42') === true;
}
