import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { queueNames } from '@numfleet/contracts';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { consumeQueue, keepRedisUsers, type Messages, openQueue, type RedisUsers } from '../index.ts';
import { job, result } from '../testing/messages.ts';
import { hasRedis, startTestRedis, type TestRedis } from '../testing/test-redis.ts';
import { type RedisRole, redisRoles, redisRules } from './redis-users.ts';

describe.runIf(hasRedis)('I4: each role is a user of its own on Redis', () => {
  let redis: TestRedis;
  let users: RedisUsers;
  beforeAll(async () => {
    redis = await startTestRedis();
    users = (await keepRedisUsers(redis.url)) ?? expect.unreachable();
  });
  afterAll(async () => {
    await users[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });

  const connectionOf = (role: RedisRole) => ({ kind: 'redis', url: users.urlOf(role) }) as const;
  const open = <Q extends keyof Messages>(role: RedisRole, queue: Q) =>
    openQueue({ queue, connection: connectionOf(role), emit: () => {}, applicationName: 'test' });
  const consume = <Q extends keyof Messages>(
    role: RedisRole,
    queue: Q,
    take: (message: Messages[Q]) => Promise<void>,
  ) =>
    consumeQueue({
      ...{ queue, connection: connectionOf(role), workerName: 'test', concurrency: 1, emit: () => {} },
      handle: async (message) => {
        await take(message);
        return { ending: 'done' };
      },
    });

  const once = [() => 1, () => delay(100, 0)] as const;

  async function runAs(role: RedisRole, ...[name, ...words]: [string, ...string[]]): Promise<unknown> {
    const client = new Redis(users.urlOf(role), { retryStrategy: () => null });
    onTestFinished(() => client.disconnect());
    return await client.call(name, ...words);
  }

  test('and can do its work: a page goes its way from the scheduler by the crawler to the sink, also after a restart', async () => {
    const committed: string[] = [];
    await using scheduler = open('scheduler', queueNames.crawl);
    await using results = open('crawler', queueNames.results);
    await using crawler = await consume('crawler', queueNames.crawl, async ({ leaseToken }) => {
      // As a crawler does while the queue is away. Added twice is added once.
      for (let added = 0; added < 2; ) added += await results.add([{ ...result(), leaseToken }]).then(...once);
    });
    await using sink = await consume('sink', queueNames.results, async (message) => {
      committed.push(message.leaseToken);
    });
    const [first, second] = [job(), job()];
    await scheduler.add([first]);
    await expect.poll(() => committed, { timeout: 10_000 }).toContain(first.leaseToken);
    await using board = open('console', queueNames.crawl);
    expect(await board.depth()).toMatchObject({ waiting: 0, failed: 0 });
    expect(await board.bull.getJobs(['completed'])).toHaveLength(1);
    expect(await board.bull.getWorkers()).not.toEqual([]);

    await redis.restart();
    await expect.poll(() => scheduler.add([second]).then(Boolean, () => 'away'), { timeout: 20_000 }).not.toBe('away');
    await expect.poll(() => committed, { timeout: 20_000 }).toContain(second.leaseToken);
    expect([crawler.health(), sink.health()]).toEqual([{ ok: true }, { ok: true }]);
  });

  test('a crawler neither reads, lists nor takes away what others have, and administers nothing', async () => {
    const key = 'numfleet:results:lease-of-another';
    await redis.command('HSET', key, 'data', 'sealed');
    await redis.command('LPUSH', 'numfleet:results:wait', 'lease-of-another');
    const denied: [string, ...string[]][] = [
      ['HGETALL', key],
      ['DUMP', key],
      ['DEL', key],
      ['COPY', key, 'numfleet:crawl:mine'],
      ['RENAME', key, 'numfleet:crawl:mine'],
      ['LRANGE', 'numfleet:results:wait', '0', '-1'],
      ['RPOP', 'numfleet:results:wait'],
      ['DEL', 'numfleet:results:wait'],
      ['XRANGE', 'numfleet:results:events', '-', '+'],
      ['EVAL', `return redis.call('HGETALL', '${key}')`, '0'],
      ['EVAL', `return redis.call('LRANGE', KEYS[1], 0, -1)`, '1', 'numfleet:results:wait'],
      ['HSET', 'numfleet:filters:1', 'data', 'forged'],
      ['SET', 'another-application', '1'],
      ...[
        'KEYS *',
        'SCAN 0',
        'RANDOMKEY',
        'CONFIG GET *',
        'ACL LIST',
        'CLIENT LIST',
        'MONITOR',
        'FLUSHALL',
        'FLUSHDB',
      ].map((line) => line.split(' ') as [string, ...string[]]),
      ...['SHUTDOWN', 'SAVE', 'REPLICAOF 127.0.0.1 1', 'FUNCTION LIST', 'PUBLISH a b', 'SWAPDB 0 1'].map(
        (line) => line.split(' ') as [string, ...string[]],
      ),
    ];
    for (const words of denied) {
      await expect(runAs('crawler', ...words), words.join(' ')).rejects.toThrow(/NOPERM|can't (access|run)/);
    }
    // Negative control: the same is there for who may.
    expect(await runAs('sink', 'HGETALL', key)).toEqual(['data', 'sealed']);
  });

  test('the sink sees nothing of the pages under way, and the console changes nothing of them', async () => {
    for (const words of [
      ['HGETALL', 'numfleet:crawl:x'],
      ['LPUSH', 'numfleet:crawl:wait', 'x'],
    ] as [string, ...string[]][]) {
      await expect(runAs('sink', ...words)).rejects.toThrow('NOPERM');
    }
    await expect(runAs('console', 'DEL', 'numfleet:crawl:wait')).rejects.toThrow('NOPERM');
    await using board = open('console', queueNames.crawl);
    await expect(board.bull.obliterate({ force: true })).rejects.toThrow();
  });

  test('where no users can be made it is said, and all share the one that there is', async () => {
    await redis.command('ACL', 'SETUSER', 'managed', 'on', '>pw', '~*', '+@all', '-acl');
    expect(await keepRedisUsers(redis.url.replace('//', '//managed:pw@'))).toBeNull();
  });

  test('the lines of infra/redis/users.acl are these rules', async () => {
    const lines = (await readFile(new URL('../../../../infra/redis/users.acl', import.meta.url), 'utf8')).split('\n');
    const wanted = redisRoles.map((role) => `user ${role} on >@${role}@ ${redisRules(role).join(' ')}`);
    expect(lines.filter((line) => line.startsWith('user '))).toEqual(wanted);
  });
});
