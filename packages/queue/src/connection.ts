import { type Emit, NumfleetError } from '@numfleet/contracts';
import { type BackendFactory, createRedisBackend, type IQueueBackend } from 'bullmq';
import { createCheckedBackend } from './postgres-backend.ts';
import { createAskingBackend } from './redis/asking-backend.ts';
import { keyPrefix, parseRedisUrl, redisOptions } from './redis/redis-options.ts';

/** Where the queues live. */
export type QueueConnection = { kind: 'postgres'; url: string } | { kind: 'redis'; url: string };

/** From the configuration's `REDIS_URL` and `NUMFLEET_QUEUE_URL`; Redis goes first. Throws `config-invalid`. */
export function queueConnection(urls: { redis?: string | undefined; postgres?: string | undefined }): QueueConnection {
  if (urls.redis) {
    parseRedisUrl(urls.redis);
    return { kind: 'redis', url: urls.redis };
  }
  if (!urls.postgres)
    throw new NumfleetError('config-invalid', 'NUMFLEET_QUEUE_URL is not set: there is no queue to use.');
  return { kind: 'postgres', url: urls.postgres };
}

export interface BackendUse {
  connection: QueueConnection;
  /** What the server shows of the connections. */
  name: string;
  /** Who asks fails while the server is away; who takes waits for it. */
  role: 'asker' | 'taker';
  /** Connections to Postgres that are used at a time; on Redis there is one, and one that waits for jobs. */
  max: number;
  emit: Emit;
}

/** What BullMQ is given. The factory knows where to connect to; `connection` is a stand-in that it wants. */
export interface Backend {
  factory: BackendFactory<IQueueBackend, Record<string, never>>;
  connection: Record<string, never>;
  prefix: string;
}

export function backendOf({ connection: { kind, url }, name, role, max, emit }: BackendUse): Backend {
  const common = { connection: {}, prefix: keyPrefix };
  if (kind === 'redis') {
    if (role === 'asker') return { ...common, factory: createAskingBackend({ url, name }) };
    const connection = redisOptions(url, { name, role });
    return { ...common, factory: (queue, opts, more) => createRedisBackend(queue, { ...opts, connection }, more) };
  }
  const create = createCheckedBackend({
    url,
    applicationName: name,
    max,
    onEvicted: (reason) => emit({ type: 'connection.evicted', pool: 'queue', reason }),
  });
  return { ...common, factory: (queue, opts, more) => create(queue, { ...opts, connection: {} }, more) };
}
