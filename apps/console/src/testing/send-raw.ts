import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawAnswer {
  /** All responses that came over the connection, as they came. */
  text: string;
  status: number;
  /** The body of the first one. */
  body: string;
  /** Bytes of the request that went out before the answer ended it. */
  sent: number;
}

/** Sends bytes over a connection of its own until it is answered and closed, or there are no more and it is answered. */
export async function sendRaw(
  origin: string,
  parts: Iterable<string | Uint8Array>,
  options: { pauseMs?: number } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  let text = '';
  let over = false;
  const { promise: closed, resolve: onClose } = Promise.withResolvers<void>();
  const { promise: answered, resolve: onAnswer } = Promise.withResolvers<void>();
  const onOver = () => {
    over = true;
    onAnswer();
  };
  socket
    .setEncoding('utf8')
    .on('data', (chunk: string) => {
      text += chunk;
      if (isWhole(text)) onAnswer();
    })
    .once('end', onOver)
    // A connection that is refused or reset is an answer too: none.
    .on('error', () => {})
    .once('close', () => {
      onOver();
      onClose();
    });
  let sent = 0;
  for (const part of parts) {
    if (over || text !== '') break;
    sent += part.length;
    if (!socket.write(part)) await Promise.race([once(socket, 'drain').catch(() => {}), answered]);
    if (options.pauseMs) await new Promise((resolve) => setTimeout(resolve, options.pauseMs));
  }
  await answered;
  socket.destroy();
  await closed;
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  return { text, status: Number(head.split(' ')[1] ?? 0), body, sent };
}

function isWhole(text: string): boolean {
  const [head = '', body] = text.split('\r\n\r\n', 2);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  return body !== undefined && length !== undefined && Buffer.byteLength(body) >= Number(length);
}

/** The lines of a request up to the empty one. */
export function headOf(requestLine: string, headers: Record<string, string | number>): string {
  const lines = Object.entries({ host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${requestLine} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
