import { queueNames, untraced } from '@numfleet/contracts';
import { createUrlCodec } from '@numfleet/privacy';
import { openQueue } from '@numfleet/queue';
import type { TestRedis } from '@numfleet/queue/testing';
import { createStore, type Store } from '@numfleet/store';
import { createDispatch } from '../../../apps/scheduler/src/dispatch.ts';

/** A large fleet's: 10 s of work at a thousand pages a second. */
export const dispatchWindow = 10_000;

const mebibyte = 1_024 * 1_024;

/** Fills the window with schedulers that work at once, and gives the rate, what Redis holds then, and who waited. */
export async function dispatchPages(
  schedulers: number,
  at: { connectionString: string; store: Store; redis: TestRedis; now: Date; signal: AbortSignal },
): Promise<{ pages: number; waits: number; redis: number }> {
  await at.redis.command('FLUSHALL');
  const watch = watchLocks(at.store);
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: schedulers }, () => fillWindow(at)));
  const seconds = (performance.now() - startedAt) / 1_000;
  const waits = await watch.stop();
  const leased = await endLeases(at.store);
  if (leased !== dispatchWindow) throw new Error(`${leased} pages were leased of ${dispatchWindow}.`);
  const memory = String(await at.redis.command('INFO', 'memory'));
  const redis = Number(/^used_memory:(\d+)/m.exec(memory)?.[1]) / mebibyte;
  return { pages: leased / seconds, waits, redis };
}

/** A scheduler as it is started, with a pool and a connection of its own, until the window is full. */
async function fillWindow(at: { connectionString: string; redis: TestRedis; now: Date; signal: AbortSignal }) {
  const emit = () => {};
  const { connectionString } = at;
  await using store = createStore({ connectionString, applicationName: 'bench-scheduler', max: 4 });
  const connection = { kind: 'redis', url: at.redis.url } as const;
  await using crawl = openQueue({ queue: queueNames.crawl, connection, emit, applicationName: 'bench' });
  let full = false;
  const dispatch = createDispatch({
    ...{ store, crawl, emit, tracer: untraced, window: dispatchWindow, jobDeadlineMs: 30_000, leaseMs: 90_000 },
    urls: createUrlCodec({ key: Buffer.alloc(32, 1) }),
    backpressure: async (isFull) => {
      full = isFull;
    },
  });
  while (!full) {
    at.signal.throwIfAborted();
    await dispatch(at.now);
  }
}

/** Counts how often a scheduler is seen waiting for a lock, looking 100 times a second. */
function watchLocks(store: Store) {
  let waits = 0;
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      const { rows } = await store.query<{ waits: number }>(
        `select count(*)::int as waits from pg_stat_activity
         where application_name = 'bench-scheduler' and wait_event_type = 'Lock'`,
      );
      waits += rows[0]?.waits ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  return {
    async stop(): Promise<number> {
      stopped.abort();
      await watching;
      return waits;
    },
  };
}

/** As if everything that is leased had been crawled. */
async function endLeases(store: Store): Promise<number> {
  const { count } = await store.query(
    "update pages set state = 'done', lease_token = null, lease_until = null where state = 'leased'",
  );
  return count;
}
