import { randomBytes } from 'node:crypto';
import { NumfleetError } from '@numfleet/contracts';
import { Redis } from 'ioredis';
import { keyPrefix, redisOptions } from './redis-options.ts';
import { type RedisRole, redisRoles, redisRules } from './redis-users.ts';

export interface RedisUsers extends AsyncDisposable {
  /** The address by which a role connects. */
  urlOf(role: RedisRole): string;
}

/**
 * Makes a user for each role on a Redis, with a password of this start, and makes them again whenever it was away: a Redis that
 * starts anew has forgotten them. Null where it has no such users (before 7.0) or that of `url` may make none. Throws
 * `queue-unavailable`.
 */
export async function keepRedisUsers(url: string): Promise<RedisUsers | null> {
  const redis = new Redis({ ...redisOptions(url, { name: 'users', role: 'asker' }), lazyConnect: true });
  redis.on('error', () => {});
  const users = redisRoles.map((role) => newUser(role, redis.options.db ?? 0));
  const make = () => Promise.all(users.map((user) => redis.call('ACL', 'SETUSER', user.name, ...user.words)));
  try {
    await redis.connect();
    await make();
  } catch (error) {
    redis.disconnect();
    if (error instanceof Error && error.name === 'ReplyError') return null;
    throw new NumfleetError('queue-unavailable', 'Redis does not answer. Is REDIS_URL right, and Redis up?');
  }
  redis.on('ready', () => void make().catch(() => redis.disconnect(true)));
  return {
    urlOf(role) {
      const user = users.find((one) => one.role === role);
      return Object.assign(new URL(url), { username: user?.name, password: user?.password }).href;
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
}

/** Named by the number of the database, since fleets that share a Redis are told apart by that. */
function newUser(role: RedisRole, db: number) {
  const password = randomBytes(32).toString('base64url');
  const words = ['reset', 'on', `>${password}`, ...redisRules(role)];
  return { role, name: `${keyPrefix}-${db}-${role}`, password, words };
}
