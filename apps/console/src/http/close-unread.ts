import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How long a client that still sends may take to read its answer, and how much of what it sends is thrown away. */
const lingerMs = 1_000;
const lingerBytes = 4 * 1_024 * 1_024;

/**
 * What is answered before its body was read (too large, no token, no such route) ends the connection. Otherwise Node
 * would read the rest of a 2 GB body to get to the next request.
 */
export function closeUnread(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (!isUnread(request.raw)) return payload;
    reply.header('connection', 'close');
    const { socket } = request.raw;
    // What Node calls once the answer is written. Its own resets the connection while the client sends, and the client
    // then loses the answer that says why.
    socket.destroySoon = () => {
      discard(request.raw, lingerBytes);
      endGently(socket);
    };
    return payload;
  });
  // A client that asks first is told at once, instead of after 10 MiB.
  app.server.on('checkContinue', (request, response) => {
    const isTooLong = Number(request.headers['content-length']) > (app.initialConfig.bodyLimit ?? 0);
    if (!isTooLong) response.writeContinue();
    app.server.emit('request', request, response);
  });
}

/** Says that nothing more comes, lets the other side read it while what it sends is thrown away, and then closes. */
export function endGently(socket: Socket): void {
  socket.end();
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => clearTimeout(timer));
}

function discard(request: IncomingMessage, atMost: number): void {
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > atMost) request.pause();
  });
  request.resume();
}

function isUnread({ headers, complete }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && complete === false;
}
