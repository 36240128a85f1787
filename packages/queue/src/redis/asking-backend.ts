import { createRedisBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { failsAtOnce, redisOptions, waits } from './redis-options.ts';

/**
 * The backend of who asks the queue. BullMQ asks a new connection for the version of its server, and remembers for ever that
 * it got no answer: cut in that very moment, it would never work again. So the connection waits until that is through, and
 * fails at once from then on; who asks has a bound of its own.
 */
export function createAskingBackend({ url, name }: { url: string; name: string }): typeof createRedisBackend {
  return (queue, opts, more) => {
    const redis = new Redis({ ...redisOptions(url, { name, role: 'asker' }), ...waits });
    const backend = createRedisBackend(queue, { ...opts, connection: redis }, more);
    // That it failed is told to whoever asks.
    void backend.waitUntilReady().then(
      () => Object.assign(redis.options, failsAtOnce),
      () => {},
    );
    const closeBackend = backend.close.bind(backend);
    // A client that BullMQ is handed stays open when it closes.
    backend.close = async (force) => {
      await closeBackend(force);
      redis.disconnect();
    };
    return backend;
  };
}
