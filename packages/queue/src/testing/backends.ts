import { startPostgres } from '@numfleet/embedded';
import pg from 'pg';
import { migrateQueue, type QueueConnection } from '../index.ts';
import { temporaryFolder } from './guarded.ts';
import { createTestFront } from './test-front.ts';
import { hasRedis, startTestRedis } from './test-redis.ts';

/** A server that queues live on, with what a test does to it. */
export interface TestBackend extends AsyncDisposable {
  /** Through a front. */
  connection: QueueConnection;
  /** SIGKILL; nothing answers until `comeBack()`. */
  kill(): Promise<void>;
  /** With what it held, or empty. */
  comeBack(options?: { empty: boolean }): Promise<void>;
  /** Forgets all jobs, while it runs. */
  wipe(): Promise<void>;
  /** As if the workers of the jobs in work had not been heard of for too long. */
  expireLocks(): Promise<void>;
  /** All that it holds, as text. */
  dump(): Promise<string>;
  /** The connections that workers take jobs over go silent, half-open; new ones are served. */
  cut(): void;
}

export const backends = [
  { name: 'Redis', start: startRedisBackend, isHere: hasRedis },
  { name: 'Postgres', start: startPostgresBackend, isHere: true },
];

async function startRedisBackend(): Promise<TestBackend> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startTestRedis());
  const front = stack.use(await createTestFront(redis.url));
  const keys = async (pattern: string) => (await redis.command('KEYS', pattern)) as string[];
  const held = stack.move();
  return {
    connection: { kind: 'redis', url: front.url },
    kill: redis.kill,
    comeBack: ({ empty } = { empty: false }) => redis.restart({ empty }),
    wipe: async () => void (await redis.command('FLUSHALL')),
    async expireLocks() {
      for (const key of await keys('numfleet:*:lock')) await redis.command('DEL', key);
    },
    async dump() {
      const jobs = await keys('numfleet:*:lease-*');
      return JSON.stringify(await Promise.all(jobs.map((key) => redis.command('HGETALL', key))));
    },
    cut: front.cut,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function startPostgresBackend(): Promise<TestBackend> {
  await using stack = new AsyncDisposableStack();
  const { path: home } = stack.use(await temporaryFolder('queue'));
  const signal = AbortSignal.timeout(60_000);
  const postgres = stack.use(await startPostgres({ home, emit: () => {}, signal, durable: false }));
  await migrateQueue({ connectionString: postgres.adminUrl });
  const front = stack.use(await createTestFront(postgres.adminUrl));
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: postgres.adminUrl });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const wipe = async () => {
    const tables = await query(`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
                                WHERE schemaname = 'bullmq' AND tablename <> 'migration'`);
    await query(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`);
  };
  const held = stack.move();
  return {
    connection: { kind: 'postgres', url: front.url },
    async kill() {
      await front.close();
      process.kill(postgres.pid ?? 0, 'SIGKILL');
    },
    async comeBack({ empty } = { empty: false }) {
      const endsAt = performance.now() + 20_000;
      while (!(await query('SELECT 1').then(Boolean, () => false))) {
        if (performance.now() > endsAt) throw new Error('Postgres did not come back');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      if (empty) await wipe();
      await front.open();
    },
    wipe,
    expireLocks: async () => void (await query('UPDATE bullmq.job SET locked_until_ms = 1 WHERE locked_until_ms > 0')),
    dump: async () => JSON.stringify(await query('SELECT * FROM bullmq.job')),
    // On Postgres both get over it by themselves, and the worker may do so before the one who watches it can see it stand.
    cut: () => front.cut({ sparing: '-watch' }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
