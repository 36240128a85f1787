import { once } from 'node:events';
import { connect } from 'node:net';
import type { EgressProxy } from '../index.ts';

/** Writes raw bytes to the proxy and gives back all that it answers until it closes. */
export async function askProxy(proxy: EgressProxy, head: (credentials: string) => string): Promise<string> {
  using pass = proxy.issuePass(Number.POSITIVE_INFINITY);
  const credentials = Buffer.from(`${pass.username}:${pass.password}`).toString('base64');
  const socket = connect(Number(new URL(proxy.server).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(head(`Proxy-Authorization: Basic ${credentials}\r\n`));
  await once(socket, 'close');
  return answer;
}
