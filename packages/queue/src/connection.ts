import { NumfleetError } from '@numfleet/contracts';
import { createPostgresBackend } from 'bullmq';

/** Where the queues live. Redis is a second kind behind this same seam. */
export interface QueueConnection {
  kind: 'postgres';
  url: string;
}

/** From the configuration's `REDIS_URL` and `NUMFLEET_QUEUE_URL`. Throws `config-invalid`. */
export function queueConnection(urls: { redis?: string | undefined; postgres?: string | undefined }): QueueConnection {
  if (urls.redis) {
    throw new NumfleetError(
      'config-invalid',
      'REDIS_URL: queues on Redis are not built yet. Unset it to use Postgres.',
    );
  }
  if (!urls.postgres)
    throw new NumfleetError('config-invalid', 'NUMFLEET_QUEUE_URL is not set: there is no queue to use.');
  return { kind: 'postgres', url: urls.postgres };
}

/** BullMQ's arguments for a connection. It pins one client for LISTEN beside the pool of `max`. */
export function backendOf(connection: QueueConnection, applicationName: string, max: number) {
  return {
    factory: createPostgresBackend,
    options: {
      connectionString: connection.url,
      application_name: applicationName,
      max,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      maxLifetimeSeconds: 1_800,
    },
  };
}
