import type { EvictionReason } from '@numfleet/contracts';
import { openPool } from '@numfleet/postgres';
import { sleep } from '@numfleet/service';
import { createPostgresBackend } from 'bullmq';
import type pg from 'pg';

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
 * BullMQ remembers for ever that its first connection failed, and would never work again. So the first one is waited for, as
 * it is on Redis; who asks the queue has a bound of its own.
 */
function patientAtFirst(pool: pg.Pool): pg.Pool {
  const connect = pool.connect.bind(pool);
  let hasConnected = false;
  const connectAtLast = async (): Promise<pg.PoolClient> => {
    while (true) {
      try {
        const client = await connect();
        hasConnected = true;
        return client;
      } catch (error) {
        if (hasConnected || pool.ending) throw error;
        await sleep(pauseMs);
      }
    }
  };
  // The pool itself calls it with a callback.
  const callBack = (...given: Parameters<typeof connect>) => connect(...given);
  pool.connect = ((...given: [] | Parameters<typeof connect>) =>
    given.length === 0 ? connectAtLast() : callBack(...given)) as typeof pool.connect;
  return pool;
}
