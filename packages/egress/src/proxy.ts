import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { NumfleetError } from '@numfleet/contracts';
import type { Connect } from './address/guarded-connect.ts';
import { headLimits } from './head-limits.ts';
import { type Account, createProxyPasses, type ProxyPass } from './proxy-passes.ts';

export interface EgressProxy extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  server: string;
  /** Lets one page in, for so many bytes. */
  issuePass(maxBytes: number): ProxyPass;
}

const mostConnections = 1_024;
const idleTimeoutMs = 60_000;

/**
 * A forward proxy for the browser on a free loopback port: CONNECT, which Chromium uses for https, ws and wss, and http
 * requests in absolute form. Every connection goes through `connect`. What the guard refuses is answered 403 with
 * `x-numfleet-refused: <code>`, what cannot be reached 502, both without a word about the page. Whoever asks shows a pass,
 * whose bytes are counted here, from outside of the browser, whatever asks for them: pages, their workers, websockets.
 *
 * Our own and not proxy-chain: that takes a look-up (`dnsLookup`), which Node never asks about a literal address, and no
 * socket, so that literals would go unchecked and a host's ports could not be mapped (NUMFLEET_EGRESS_HOSTS).
 */
export async function startProxy(connect: Connect): Promise<EgressProxy> {
  const passes = createProxyPasses();
  /** Loopback is open to every user of the machine, so the proxy asks who comes. */
  const admit = (request: IncomingMessage): Account => {
    const account = passes.admit(request.headers['proxy-authorization'] ?? '');
    if (account === null) throw new BadProxyRequest(407);
    account.hold(request.socket);
    return account;
  };
  const clients = new Set<Socket>();
  const server = createServer({
    maxHeaderSize: headLimits.bytes,
    headersTimeout: 10_000,
    requestTimeout: idleTimeoutMs,
    keepAliveTimeout: 5_000,
  });
  server.maxConnections = mostConnections;
  server.timeout = idleTimeoutMs;

  server.on('connection', (client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
  });
  server.on('connect', async (request, client, head) => {
    client.on('error', () => client.destroy());
    // The server's own time-out ends with HTTP.
    request.socket.setTimeout(idleTimeoutMs, () => client.destroy());
    try {
      const account = admit(request);
      await tunnel(connect, account, parseAuthority(request.url ?? ''), client, head);
    } catch (error) {
      refuseTunnel(client, error);
    }
  });
  server.on('request', async (request, response) => {
    try {
      const account = admit(request);
      await forward(connect, account, parseAbsolute(request.url ?? ''), request, response);
    } catch (error) {
      refuseRequest(response, error);
    }
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    server: `http://127.0.0.1:${port}`,
    issuePass: passes.issue,
    [Symbol.asyncDispose]: () => close(server, clients),
  };
}

/** What the browser itself did wrong; never its user's business, so it has no error code. */
class BadProxyRequest extends Error {
  readonly status: 400 | 407;
  constructor(status: 400 | 407) {
    super(`proxy request answered ${status}`);
    this.status = status;
  }
}

interface Target {
  hostname: string;
  port: number;
}

function parseAuthority(authority: string): Target {
  const match = /^(?:\[(?<v6>[^\]]*)\]|(?<host>[^:]*)):(?<port>\d{1,5})$/.exec(authority);
  if (match === null) throw new BadProxyRequest(400);
  return { hostname: match.groups?.v6 ?? match.groups?.host ?? '', port: Number(match.groups?.port) };
}

function parseAbsolute(text: string): URL {
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'http:') throw new BadProxyRequest(400);
  return url;
}

async function tunnel(connect: Connect, account: Account, target: Target, client: Duplex, head: Buffer): Promise<void> {
  const upstream = await connect({ ...target, signal: goneSignal(client) });
  client.on('close', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
  upstream.on('data', (chunk: Buffer) => account.receive(chunk.length));
  client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  upstream.write(head);
  client.pipe(upstream).pipe(client);
}

async function forward(
  connect: Connect,
  account: Account,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const port = url.port === '' ? 80 : Number(url.port);
  const socket = await connect({ hostname: url.hostname, port, signal: goneSignal(response) });
  response.on('close', () => socket.destroy());
  const upstream = httpRequest({
    createConnection: () => socket,
    method: request.method ?? 'GET',
    path: url.pathname + url.search,
    headers: ['Host', url.host, ...endToEnd(request.rawHeaders, 'host')],
    maxHeaderSize: headLimits.bytes,
  });
  // One more than may be, since Node leaves out in silence what is beyond.
  upstream.maxHeadersCount = headLimits.fields + 1;
  request.pipe(upstream);
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
  upstream.on('error', () => response.destroy());
  answer.on('error', () => response.destroy());
  if (answer.rawHeaders.length / 2 > headLimits.fields) {
    throw new NumfleetError('head-too-large', 'The head of the answer has too many fields.');
  }
  answer.on('data', (chunk: Buffer) => account.receive(chunk.length));
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.rawHeaders));
  answer.pipe(response);
}

function goneSignal(client: Duplex | ServerResponse): AbortSignal {
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  return gone.signal;
}

/** RFC 9110 §7.6.1, and all that is between the browser and the proxy. `Upgrade` goes too: ws comes by CONNECT. */
const hopByHop = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

function endToEnd(rawHeaders: string[], ...without: string[]): string[] {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const named = names.flatMap((name, i) => (name === 'connection' ? (rawHeaders[2 * i + 1] ?? '').split(',') : []));
  const dropped = new Set([...hopByHop, ...without, ...named.map((name) => name.trim().toLowerCase())]);
  const keeps = (name: string | undefined) => name !== undefined && !dropped.has(name) && !name.startsWith('proxy-');
  return rawHeaders.filter((_, index) => keeps(names[index >> 1]));
}

function refuseTunnel(client: Duplex, error: unknown): void {
  const { status, headers } = refusalOf(error);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  client.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}connection: close\r\ncontent-length: 0\r\n\r\n`);
}

function refuseRequest(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const { status, headers } = refusalOf(error);
  response.writeHead(status, { ...headers, connection: 'close', 'content-length': 0 }).end();
}

function refusalOf(error: unknown): { status: number; headers: Record<string, string> } {
  if (error instanceof BadProxyRequest) {
    const challenge = { 'proxy-authenticate': 'Basic realm="numfleet"' };
    return { status: error.status, headers: error.status === 407 ? challenge : {} };
  }
  const code = error instanceof NumfleetError ? error.code : null;
  const refused = code === 'address-refused' || code === 'contact-missing';
  return refused ? { status: 403, headers: { 'x-numfleet-refused': code } } : { status: 502, headers: {} };
}

async function close(server: Server, clients: Set<Socket>): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  for (const client of clients) client.destroy();
  await closed;
}
