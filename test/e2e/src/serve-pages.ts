import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedPage {
  body: Uint8Array | string;
  contentType: string;
}

export interface PageServer extends AsyncDisposable {
  /** For NUMFLEET_EGRESS_HOSTS. */
  egressHosts: string;
  /** How often each URL was asked for, served or not. */
  asked: ReadonlyMap<string, number>;
}

/** Serves pages by their URLs on one loopback port, hosts told apart by the Host header; everything else is a 404. */
export async function servePages(pages: ReadonlyMap<string, ServedPage>): Promise<PageServer> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const url = `http://${request.headers.host?.replace(/:\d+$/, '')}${request.url}`;
    asked.set(url, (asked.get(url) ?? 0) + 1);
    const page = pages.get(url);
    response.writeHead(page ? 200 : 404, page ? { 'content-type': page.contentType } : {}).end(page?.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const hosts = new Set([...pages.keys()].map((url) => new URL(url).host));
  return {
    egressHosts: [...hosts].map((host) => `${host}=127.0.0.1:${port}`).join(','),
    asked,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
