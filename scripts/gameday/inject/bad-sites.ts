import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Aborted when the client is gone or the sites close. */
  signal: AbortSignal;
}

type Behaviour = (exchange: Exchange) => void | Promise<void>;

const gigabyte = 2 ** 30;
const html = { 'content-type': 'text/html; charset=utf-8' };
const chunk = Buffer.from('<p>and on it goes, without ever coming to a point.</p>\n'.repeat(1_200));
const opening = '<!doctype html><title>Here it comes</title><p>Ring +44 151 496 0301.</p>\n';

const directory = Array.from({ length: 1_000 }, (_, n) => `<p>+44 151 496 ${String(n).padStart(4, '0')}</p>`).join(
  '\n',
);

/** One host each, under `.test`; a host without a behaviour of its own is `plain`. */
const behaviours = {
  plain: ({ response }) => void response.writeHead(200, html).end(`${opening}<p>That is all.</p>`),
  /** Answers well, but takes a while. */
  slow: async ({ response, request, signal }) => {
    await sleep(1_000, undefined, { signal });
    response.writeHead(200, html).end(`${opening}<p>This was ${request.url}.</p>`);
  },
  /** A thousand numbers that Ofcom keeps for drama, on every page. */
  directory: ({ response }) => void response.writeHead(200, html).end(directory),
  /** 9 MiB, which is allowed. */
  large: ({ response }) => void response.writeHead(200, html).end(Buffer.alloc(9 * 2 ** 20, chunk)),
  'two-gigabytes': async ({ response, signal }) => {
    response.writeHead(200, { ...html, 'content-length': String(2 * gigabyte) }).write(opening);
    await pour(response, signal, chunk, 2 * gigabyte - opening.length);
  },
  endless: async ({ response, signal }) => {
    response.writeHead(200, html).write(opening);
    await pour(response, signal, chunk, Number.POSITIVE_INFINITY);
  },
  /** Some 2 MB that unpack to 2 GB: gzip members may follow one another (RFC 1952 §2.2). */
  'gzip-bomb': async ({ response, signal }) => {
    response.writeHead(200, { ...html, 'content-encoding': 'gzip' }).write(gzipSync(opening));
    const member = gzipSync(Buffer.alloc(2 ** 24, chunk), { level: 9 });
    await pour(response, signal, member, (member.length * 2 * gigabyte) / 2 ** 24);
    response.end();
  },
  drip: async ({ response, signal }) => {
    response.writeHead(200, html);
    for (const character of opening) {
      response.write(character);
      await sleep(1_000, undefined, { signal });
    }
  },
  /** Its script never arrives, so that it is never parsed to its end, let alone loaded. */
  'never-loads': ({ request, response }) => {
    if (request.url === '/never.js')
      return void response.writeHead(200, { 'content-type': 'text/javascript' }).flushHeaders();
    response.writeHead(200, html).end(`${opening}<script src="/never.js"></script><p>Never seen.</p>`);
  },
  spin: ({ response }) => void response.writeHead(200, html).end(`${opening}<script>while (true);</script>`),
  'header-flood': async ({ response, signal }) => {
    const { socket } = response;
    socket?.write('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n');
    for (let index = 0; !signal.aborted && socket && !socket.destroyed; index++) {
      if (!socket.write(`x-flood-${index}: ${'x'.repeat(1_000)}\r\n`)) await once(socket, 'drain', { signal });
    }
  },
  'redirect-loop': ({ request, response }) => {
    const turn = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('turn') ?? 0);
    response.writeHead(302, { location: `/?turn=${turn + 1}` }).end();
  },
} satisfies Record<string, Behaviour>;

export type BadSite = keyof typeof behaviours;

export interface BadSites extends AsyncDisposable {
  readonly port: number;
  /** For NUMFLEET_EGRESS_HOSTS. */
  readonly egressHosts: string;
  urlOf(site: BadSite, path?: string): string;
  /** Connections of a host that are open; robots.txt aside, each serves one request. */
  open(site: BadSite): number;
  /** Bodies' bytes handed to the network for a host, robots.txt aside. */
  sent(site: BadSite): number;
  /** Pages asked for, robots.txt aside. */
  asked(site: BadSite): number;
}

/** Hosts on one loopback port that misbehave, one way each. Their robots.txt allows everything. */
export async function startBadSites(): Promise<BadSites> {
  const seen = new Map<string, { sockets: Set<Socket>; sent: number; asked: number }>();
  const tally = (site: string) => {
    const known = seen.get(site) ?? { sockets: new Set(), sent: 0, asked: 0 };
    seen.set(site, known);
    return known;
  };
  const known = new WeakSet<Socket>();
  const closing = new AbortController();
  const server = createServer({ keepAlive: false }, (request, response) => {
    const site = (request.headers.host ?? '').replace(/\.test(:\d+)?$/, '');
    if (request.url === '/robots.txt') return void response.writeHead(404).end();
    const { sockets } = tally(site);
    const { socket } = request;
    const before = socket.bytesWritten;
    tally(site).asked += 1;
    if (!known.has(socket)) socket.once('close', () => sockets.delete(socket));
    known.add(socket);
    sockets.add(socket);
    response.once('close', () => {
      tally(site).sent += socket.bytesWritten - before;
      if (response.writableFinished) sockets.delete(socket);
    });
    void behave(site, request, response, closing.signal);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    egressHosts: `*.test=127.0.0.1:${port}`,
    urlOf: (site, path = '/') => `http://${site}.test${path}`,
    open: (site) => tally(site).sockets.size,
    sent: (site) => tally(site).sent,
    asked: (site) => tally(site).asked,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      closing.abort();
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function behave(site: string, request: IncomingMessage, response: ServerResponse, closing: AbortSignal) {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const behaviour: Behaviour = behaviours[site as BadSite] ?? behaviours.plain;
  try {
    await behaviour({ request, response, signal: AbortSignal.any([gone.signal, closing]) });
  } catch {
    // The client went away, which is what it should do.
    response.destroy();
  }
}

/** Writes as fast as it is read, until so much is written or nobody reads any more. */
async function pour(response: ServerResponse, signal: AbortSignal, piece: Buffer, bytes: number): Promise<void> {
  for (let left = bytes; left > 0 && !signal.aborted; left -= piece.length) {
    if (!response.write(left < piece.length ? piece.subarray(0, left) : piece))
      await once(response, 'drain', { signal });
  }
}
