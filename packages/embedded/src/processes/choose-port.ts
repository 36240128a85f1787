import { once } from 'node:events';
import { createServer } from 'node:net';

/** The preferred port of loopback if it is free, any other free one if not. */
export async function choosePort(preferred: number | null): Promise<number> {
  return preferred !== null && (await isPortFree(preferred)) ? preferred : await listenOnce(0);
}

export async function isPortFree(port: number): Promise<boolean> {
  return await listenOnce(port).then(
    () => true,
    () => false,
  );
}

async function listenOnce(port: number): Promise<number> {
  const server = createServer().listen({ port, host: '127.0.0.1', exclusive: true });
  try {
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  } finally {
    server.close();
  }
}
