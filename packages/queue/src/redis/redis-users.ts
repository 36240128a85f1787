import { queueNames } from '@numfleet/contracts';
import type { Messages } from '../contract.ts';
import { keyPrefix } from './redis-options.ts';

/** Who uses the queues; each a user of its own on Redis, as it is a role of its own on Postgres. */
export const redisRoles = ['scheduler', 'crawler', 'sink', 'console'] as const;
export type RedisRole = (typeof redisRoles)[number];

type Queue = keyof Messages;
const { crawl, results, reports, filters } = queueNames;

const scripts = ['+eval', '+evalsha', '+script|load', '+script|exists'];
/** What lists the keys of all queues, whoever asks. */
const listing = ['-keys', '-scan', '-randomkey', '-dbsize'];

/** Each is a selector of its own, so that what is allowed on one queue is not on another; a script is held to it as well. */
const takesFrom = (queue: Queue) => [
  selector(`${queue}:*`, ['+@read', '+@write', '-@dangerous', ...listing, ...scripts]),
];
const looksInto = (queue: Queue) => [selector(`${queue}:*`, ['+@read', ...listing, ...scripts])];
/** What adding runs: no message is listed or taken away, and none read back but by its id, a lease that only its worker knows. */
const addsTo = (queue: Queue) => [
  selector(`${queue}:meta`, ['+hmget', '+hexists']),
  selector(`${queue}:*`, [
    ...scripts,
    '+exists',
    '+hget',
    '+hset',
    '+hmset',
    '+incr',
    '+llen',
    '+lpush',
    '+xadd',
    '+zadd',
  ]),
];

function selector(keys: string, commands: readonly string[]): string {
  return `(~${keyPrefix}:${keys} ${commands.join(' ')})`;
}

const queuesOf: Record<RedisRole, string[][]> = {
  scheduler: [takesFrom(crawl), takesFrom(results), takesFrom(filters)],
  crawler: [takesFrom(crawl), addsTo(results), addsTo(reports), looksInto(filters)],
  sink: [takesFrom(results), takesFrom(reports)],
  // Of results it drops those that were set aside, when a number is erased.
  console: [looksInto(crawl), takesFrom(results)],
};

/**
 * What a role may do on Redis 7 or Valkey, as words of `ACL SETUSER` and of a line `user` in redis.conf: commands on its own queues,
 * and on no key besides.
 */
export function redisRules(role: RedisRole): string[] {
  // Bull Board shows who is connected.
  return [...connecting, ...(role === 'console' ? ['+client|list'] : []), ...queuesOf[role].flat()];
}

/** Not `client|setinfo` by name, which 7.0 does not know. */
const connecting = ['+@connection', '-@admin', '-@dangerous', '+info', '+multi', '+exec', '+discard', '+script|load'];
