import { NumfleetError } from '@numfleet/contracts';
import { Redis } from 'ioredis';
import { redisOptions } from './redis-options.ts';

export interface RedisFacts {
  /** As in `Redis 7.0.15`. */
  server: string;
  /** `maxmemory-policy`; null where the server does not tell. */
  policy: string | null;
}

const oldest = [6, 2] as const;

/**
 * Looks at a Redis and refuses one that the queues would not be safe on. Throws `queue-unavailable` when it does not
 * answer, `config-invalid` when it refuses the user, and `redis-unsuitable` with what to set when it evicts keys or is too
 * old for BullMQ.
 */
export async function inspectRedis(url: string): Promise<RedisFacts> {
  const { server, version, policy } = await look(url);
  if (version !== null && isOlder(version)) {
    const message = `REDIS_URL: ${server} is too old. BullMQ needs Redis ${oldest.join('.')} or newer, or Valkey.`;
    throw new NumfleetError('redis-unsuitable', message);
  }
  if (policy !== null && policy !== 'noeviction') {
    const advice = 'Set maxmemory-policy to noeviction: CONFIG SET maxmemory-policy noeviction, and in redis.conf.';
    const message = `REDIS_URL: this Redis drops keys when its memory is full (maxmemory-policy ${policy}). ${advice}`;
    throw new NumfleetError('redis-unsuitable', message);
  }
  return { server, policy };
}

async function look(url: string) {
  const options = redisOptions(url, { name: 'inspect', role: 'asker' });
  const redis = new Redis({ ...options, lazyConnect: true, retryStrategy: () => null, commandTimeout: 5_000 });
  let trouble: Error | null = null;
  redis.on('error', (error: Error) => {
    trouble ??= error;
  });
  try {
    await redis.connect();
    return await ask(redis);
  } catch (error) {
    throw refusalOf(trouble ?? error);
  } finally {
    redis.disconnect();
  }
}

async function ask(redis: Redis) {
  const info = await redis.info();
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? null;
  const valkey = field('valkey_version');
  const version = field('redis_version');
  // Managed servers often forbid CONFIG, but INFO tells as well.
  const policy = field('maxmemory_policy') ?? (await redis.config('GET', 'maxmemory-policy').then(second, () => null));
  const server = valkey === null ? `Redis ${version ?? 'of unknown version'}` : `Valkey ${valkey}`;
  return { server, version: valkey === null ? version : null, policy };
}

function second(answer: unknown): string | null {
  return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : null;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

function refusalOf(error: unknown): NumfleetError {
  const told = error instanceof Error ? error.message.slice(0, 120) : '';
  if (/WRONGPASS|NOAUTH|invalid password/.test(told)) {
    return new NumfleetError('config-invalid', 'REDIS_URL: Redis refuses its user or password.');
  }
  if (told.includes('NOPERM')) {
    return new NumfleetError('config-invalid', `REDIS_URL: its user may do too little (${told}).`);
  }
  return new NumfleetError('queue-unavailable', `Redis does not answer (${told}). Is REDIS_URL right, and Redis up?`);
}
