import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { demoWeb } from './demo-web.ts';
import { type Manifest, manifestOf } from './manifest.ts';
import type { Answer, Respond, Site } from './site.ts';

/** A request as it came in; `path` with its query. */
export type RequestRecord = {
  host: string;
  path: string;
  /** ms since the epoch. */
  at: number;
  userAgent: string | null;
};

export type Sites = AsyncDisposable & {
  port: number;
  /** For NUMFLEET_EGRESS_HOSTS: `shop.test=127.0.0.1:PORT,…`. */
  egressHosts: string;
  /** One for each host; with the scope `host` they let a crawl reach the whole demo web and nothing else. */
  seeds: string[];
  manifest: Manifest;
  /** All requests so far, in order of arrival. One record each is kept: sites live as long as one crawl. */
  requests(): RequestRecord[];
};

export type SitesOptions = {
  /** 0, the default, takes any free port. */
  port?: number;
  /** Generated listing pages on top of the demo's own. */
  extraPages?: number;
  /** Also the sites that make a crawl much longer. */
  extras?: boolean;
  signal?: AbortSignal;
};

/**
 * Serves the demo web: many hosts under `.test` on one loopback port, told apart by the Host header.
 * Throws what `listen` throws where the port is taken, and an AbortError where `signal` has fired already.
 */
export async function startSites(options: SitesOptions = {}): Promise<Sites> {
  options.signal?.throwIfAborted();
  const sites = demoWeb({ extraPages: options.extraPages ?? 0, extras: options.extras ?? false });
  const records: RequestRecord[] = [];
  const closing = new AbortController();
  const answer = createAnswering(sites, closing.signal);
  const server = createServer((request, response) => {
    records.push(recordOf(request));
    answer(request, response);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  let closed: Promise<unknown> | undefined;
  const close = async () => {
    closed ??= once(server, 'close');
    closing.abort();
    server.close();
    server.closeAllConnections();
    options.signal?.removeEventListener('abort', close);
    await closed;
  };
  options.signal?.addEventListener('abort', close);

  const listed = sites.filter((site) => !site.unlisted);
  return {
    port,
    egressHosts: listed.map(({ host }) => `${host}=127.0.0.1:${port}`).join(','),
    seeds: listed.map(({ host, pages }) => `http://${host}${pages[0].path}`),
    manifest: manifestOf(sites),
    requests: () => [...records],
    [Symbol.asyncDispose]: close,
  };
}

function recordOf(request: IncomingMessage): RequestRecord {
  return {
    host: hostOf(request),
    path: request.url ?? '/',
    at: Date.now(),
    userAgent: request.headers['user-agent'] ?? null,
  };
}

function createAnswering(sites: Site[], closing: AbortSignal) {
  const byHost = new Map(sites.map((site) => [site.host, { site, routes: routesOf(site) }]));
  const visits = new Map<string, number>();

  return (request: IncomingMessage, response: ServerResponse): void => {
    const host = hostOf(request);
    const path = request.url ?? '/';
    const { site, routes } = byHost.get(host) ?? {};
    const route = routes?.get(path) ?? site?.fallback?.(path);
    if (route == null) {
      send(response, { status: 404, body: 'There is no such page.' });
    } else if (typeof route !== 'function') {
      send(response, route);
    } else {
      const visit = (visits.get(host + path) ?? 0) + 1;
      visits.set(host + path, visit);
      respond(route, { request, response, visit }, closing);
    }
  };
}

function routesOf(site: Site): Map<string, Answer | Respond> {
  const routes = new Map(Object.entries(site.assets ?? {}));
  for (const page of site.pages) routes.set(page.path, page.answer);
  if (site.robots !== undefined) {
    const { robots } = site;
    routes.set('/robots.txt', typeof robots === 'function' ? robots : { headers: plainText, body: robots });
  }
  return routes;
}

const plainText = { 'content-type': 'text/plain; charset=utf-8' };

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status ?? 200, { 'content-type': 'text/html; charset=utf-8', ...answer.headers });
  response.end(answer.body);
}

async function respond(
  route: Respond,
  { request, response, visit }: { request: IncomingMessage; response: ServerResponse; visit: number },
  closing: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, closing]);
  try {
    await route({ request, response, port: request.socket.localPort ?? 0, visit, signal });
  } catch (error) {
    if (!signal.aborted) response.destroy(error instanceof Error ? error : undefined);
  }
}

function hostOf(request: IncomingMessage): string {
  return (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
}
