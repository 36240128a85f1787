import { type IncomingHttpHeaders, request } from 'node:http';

export type Answered = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** Asks the sites for a URL the way the fleet does: to loopback, with the URL's host in the Host header. */
export function ask(port: number, url: string, options: { maxBytes?: number } = {}): Promise<Answered> {
  const { host, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path: pathname + search, agent: false, headers: { host, 'user-agent': 'test' } },
      (incoming) => {
        const chunks: Buffer[] = [];
        let size = 0;
        const settle = () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
        incoming.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size < (options.maxBytes ?? Number.POSITIVE_INFINITY)) return;
          settle();
          outgoing.destroy();
        });
        incoming.on('end', settle);
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}
