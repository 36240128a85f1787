import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LeakingFront extends AsyncDisposable {
  url: string;
}

/** Stands before a server and adds a leak to its answers to some addresses. */
export async function startLeakingFront(behind: string, at: RegExp, leak: Buffer): Promise<LeakingFront> {
  const server = createServer(async (request, response) => {
    const { url = '', method = 'GET', headers } = request;
    const { authorization = '' } = headers;
    const answer = await fetch(behind + url, { method, headers: { authorization } }).catch(() => null);
    const body = answer === null ? Buffer.alloc(0) : Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer?.status ?? 200).end(at.test(url) ? Buffer.concat([body, leak]) : body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
