import { type Emit, errorCodeOf } from '@numfleet/contracts';
import { sleep } from '@numfleet/service';
import { type QueueConnection, queueConnection } from './connection.ts';
import { inspectRedis } from './redis/inspect-redis.ts';

const patienceMs = 30_000;
const pauseMs = 500;

/**
 * Where the queues live by the configuration. A Redis is waited for, and refused where it would lose messages. Throws
 * `config-invalid`, `redis-unsuitable`, `queue-unavailable` when it does not answer for 30 s, or the signal's reason.
 */
export async function connectQueues(
  urls: { redis?: string | undefined; postgres?: string | undefined },
  deps: { emit: Emit; signal: AbortSignal },
): Promise<QueueConnection> {
  const connection = queueConnection(urls);
  if (connection.kind === 'postgres') return connection;
  const endsAt = performance.now() + patienceMs;
  while (true) {
    try {
      const { policy } = await inspectRedis(connection.url);
      if (policy === null) deps.emit({ type: 'queue.unverified' });
      return connection;
    } catch (error) {
      if (errorCodeOf(error) !== 'queue-unavailable' || performance.now() > endsAt) throw error;
      await sleep(pauseMs, deps.signal);
    }
  }
}
