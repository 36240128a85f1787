import { NumfleetError } from '@numfleet/contracts';
import type { FastifyInstance } from 'fastify';

/** Throws `port-in-use`. */
export async function listen(app: FastifyInstance, at: { host: string; port: number }): Promise<void> {
  try {
    await app.listen(at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new NumfleetError('port-in-use', `Port ${at.port} is taken. Set NUMFLEET_CONSOLE_PORT to a free one.`);
  }
}

/** Takes no new requests and waits for those that run; when `signal` aborts they are cut off. */
export async function closeServer(app: FastifyInstance, signal: AbortSignal): Promise<void> {
  const cutOff = () => app.server.closeAllConnections();
  signal.addEventListener('abort', cutOff, { once: true });
  if (signal.aborted) cutOff();
  await app.close();
}
