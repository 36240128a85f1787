import { inspect } from 'node:util';
import { type CrawlJob, type FleetEvent, queueNames } from '@numfleet/contracts';
import { describe, expect, it } from 'vitest';
import { connectQueues, inspectRedis, openQueue, queueConnection } from '../index.ts';
import { createTestFront, hasRedis, startTestRedis } from '../testing/test-redis.ts';
import { parseRedisUrl } from './redis-options.ts';

describe('REDIS_URL', () => {
  it.each([
    ['redis://cache', { host: 'cache', port: 6_379, db: 0 }],
    ['redis://:s%40cret@cache:7000/3', { host: 'cache', port: 7_000, password: 's@cret', db: 3 }],
    ['redis://crawler:pw@[::1]:6380/', { host: '::1', port: 6_380, username: 'crawler', password: 'pw', db: 0 }],
    ['rediss://cache/1', { host: 'cache', port: 6_379, db: 1, tls: { servername: 'cache' } }],
  ])('%s', (url, expected) => {
    expect(parseRedisUrl(url)).toEqual(expected);
  });

  it.each(['http://u:hunter2@cache', 'redis://u:hunter2@cache/db', 'redis://u:hunter2%@cache', 'hunter2', 'redis:/'])(
    '%s is refused without being shown',
    (redis) => {
      let refusal: unknown;
      try {
        queueConnection({ redis });
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toMatchObject({ code: 'config-invalid', message: expect.stringContaining('REDIS_URL') });
      expect(inspect(refusal, { depth: 9 })).not.toContain('hunter2');
    },
  );

  it('goes before NUMFLEET_QUEUE_URL, and one of them there must be', () => {
    const postgres = 'postgres://127.0.0.1/q';
    expect(queueConnection({ redis: 'redis://cache', postgres })).toEqual({ kind: 'redis', url: 'redis://cache' });
    expect(queueConnection({ postgres })).toEqual({ kind: 'postgres', url: postgres });
    expect(() => queueConnection({})).toThrow('NUMFLEET_QUEUE_URL');
  });
});

// They wait for bounds to pass. Of those that run at the same time, each has its own `expect`.
describe.runIf(hasRedis)('a Redis that is no place for a queue', { concurrent: true }, () => {
  const use = (url: string, events: FleetEvent[] = []) =>
    connectQueues({ redis: url }, { emit: (event) => void events.push(event), signal: AbortSignal.timeout(5_000) });

  it('is refused while it drops keys when it is full, and taken once it does not', async ({ expect }) => {
    await using redis = await startTestRedis();
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const refusal = { code: 'redis-unsuitable', message: expect.stringMatching(/allkeys-lru.*to noeviction/) };
    await expect(use(redis.url)).rejects.toMatchObject(refusal);
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await use(redis.url);
    expect(await inspectRedis(redis.url)).toEqual({
      server: expect.stringMatching(/^(Redis|Valkey) \d+\./),
      policy: 'noeviction',
    });
  });

  it('is found out without CONFIG, which managed ones forbid; that nothing can be found out is said', async ({
    expect,
  }) => {
    await using redis = await startTestRedis();
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
    await redis.command('ACL', 'SETUSER', 'managed', 'on', '>pw', '~*', '&*', '+@all', '-config');
    const managed = redis.url.replace('//', '//managed:pw@');
    await expect(use(managed)).rejects.toMatchObject({ code: 'redis-unsuitable' });

    await using silent = await createTestFront(managed, (answer) =>
      Buffer.from(answer.toString('latin1').replace('maxmemory_policy', 'maxmemory_secret'), 'latin1'),
    );
    const events: FleetEvent[] = [];
    await use(silent.url, events);
    expect(events).toEqual([{ type: 'queue.unverified' }]);
  });

  it('I3: a password that is refused is told, and shown nowhere', async ({ expect }) => {
    await using redis = await startTestRedis('--requirepass', 'right');
    const url = redis.url.replace('//', '//:hunter2@');
    const events: FleetEvent[] = [];
    const refusal = await inspectRedis(url).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'config-invalid', message: expect.stringContaining('password') });
    await using queue = openQueue({
      queue: queueNames.crawl,
      connection: { kind: 'redis', url },
      emit: (event) => void events.push(event),
      applicationName: 'test',
    });
    const unavailable = await queue.add([]).catch((error: unknown) => error);
    await expect.poll(() => events.length).toBeGreaterThan(0);
    expect(inspect([refusal, unavailable, events], { depth: 9, showHidden: true })).not.toContain('hunter2');
  });
});

describe.runIf(hasRedis)('while Redis is away', { concurrent: true }, () => {
  it('I6: adding fails within its bound, before the first connection and after it was lost', {
    timeout: 40_000,
  }, async ({ expect }) => {
    await using redis = await startTestRedis();
    await using front = await createTestFront(redis.url);
    await front.close();
    const connection = { kind: 'redis', url: front.url } as const;
    await using queue = openQueue({ queue: queueNames.crawl, connection, emit: () => {}, applicationName: 'test' });
    const add = async () => {
      const began = performance.now();
      const failed = await queue.add([job]).then(
        () => null,
        (error: unknown) => error,
      );
      return { failed, seconds: (performance.now() - began) / 1_000 };
    };
    const never = await add();
    expect(never.failed).toMatchObject({ code: 'queue-unavailable' });
    expect(never.seconds).toBeLessThan(11);
    await front.open();
    await expect.poll(async () => (await add()).failed, { timeout: 10_000 }).toBeNull();
    await redis.kill();
    const lost = await add();
    expect(lost.failed).toMatchObject({ code: 'queue-unavailable' });
    expect(lost.seconds).toBeLessThan(6);
    await redis.restart();
    await expect.poll(async () => (await add()).failed, { timeout: 10_000 }).toBeNull();
    expect(await queue.depth()).toEqual({ waiting: 1, active: 0, failed: 0 });
  });

  it('who asks works again, also when cut in the moment in which BullMQ asks for the version', async ({ expect }) => {
    await using redis = await startTestRedis();
    let versions = 0;
    const cut = Promise.withResolvers<void>();
    await using front = await createTestFront(redis.url, (answer) => {
      // ioredis asks the same before it calls itself ready.
      if (answer.includes('redis_version')) versions += 1;
      if (versions !== 2) return answer;
      cut.resolve();
      return Buffer.alloc(0);
    });
    const connection = { kind: 'redis', url: front.url } as const;
    await using queue = openQueue({ queue: queueNames.crawl, connection, emit: () => {}, applicationName: 'test' });
    await cut.promise;
    await front.close();
    versions = 9;
    await front.open();
    await expect.poll(() => queue.depth().catch(() => null)).toEqual({ waiting: 0, active: 0, failed: 0 });
  });

  it('I8: a Redis that is full refuses what is added, and keeps what it has', async ({ expect }) => {
    await using redis = await startTestRedis();
    const connection = { kind: 'redis', url: redis.url } as const;
    await using queue = openQueue({ queue: queueNames.crawl, connection, emit: () => {}, applicationName: 'test' });
    await queue.add([job]);
    await redis.command('CONFIG', 'SET', 'maxmemory', '1000000');
    const more = { ...job, leaseToken: '11111111-1111-4111-8111-111111111111' };
    await expect(queue.add([more])).rejects.toMatchObject({ code: 'queue-unavailable' });
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    expect((await queue.depth()).waiting).toBe(1);
    await queue.add([more]);
    expect((await queue.depth()).waiting).toBe(2);
  });
});

const job: CrawlJob = {
  v: 1,
  kind: 'robots',
  leaseToken: '00000000-0000-4000-8000-000000000000',
  url: { p: 'http://shop.test/robots.txt' },
  deadlineMs: 1_000,
  delayMs: 0,
  originId: '1',
};
