import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux, 49152 elsewhere): one of those, chosen
 * here and listened at seconds later, was taken meanwhile by a connection of the machine, and the service could not start.
 */
const range = { from: 10_240, to: 32_000 };
const tries = 100;

/** The preferred port of loopback if it is free, any other free one if not; none of `taken`. */
export async function choosePort(preferred: number | null, taken: ReadonlySet<number> = new Set()): Promise<number> {
  if (preferred !== null && (await isPortFree(preferred))) return preferred;
  for (let tried = 0; tried < tries; tried += 1) {
    const port = randomInt(range.from, range.to);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  return await listenOnce(0);
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
