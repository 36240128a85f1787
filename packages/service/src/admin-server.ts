import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NumfleetError } from '@numfleet/contracts';

export interface Readiness {
  ok: boolean;
  /** Why not, in a few words; shown by /readyz. */
  reason?: string;
}

export interface AdminServer extends AsyncDisposable {
  readonly port: number;
}

/**
 * Serves `/livez` (the event loop turns), `/readyz` (200 or 503 with the reason) and `/metrics` (Prometheus or OpenMetrics).
 * Throws `port-in-use`.
 */
export async function startAdminServer(deps: {
  host: string;
  port: number;
  ready: () => Promise<Readiness>;
  /** Takes the Accept header. */
  metrics: (accept: string | undefined) => Promise<{ contentType: string; text: string }>;
  /** What a service answers at a path of its own; null where it has none. */
  figures?: (path: string) => Promise<object | null>;
}): Promise<AdminServer> {
  const server = createServer(async (request, response) => {
    try {
      await answer(request, response, deps);
    } catch {
      reply(response, 500, 'text/plain', 'internal-error\n');
    }
  });
  server.requestTimeout = 5_000;
  await listen(server, deps.port, deps.host);
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  { url = '/', headers }: IncomingMessage,
  response: ServerResponse,
  deps: Parameters<typeof startAdminServer>[0],
) {
  const [path = '/'] = url.split('?');
  if (path === '/livez') return reply(response, 200, 'text/plain', 'ok\n');
  if (path === '/readyz') {
    const { ok, reason } = await deps.ready();
    return reply(response, ok ? 200 : 503, 'text/plain', `${ok ? 'ok' : (reason ?? 'not ready')}\n`);
  }
  if (path === '/metrics') {
    const { contentType, text } = await deps.metrics(headers.accept);
    return reply(response, 200, contentType, text);
  }
  const figures = await deps.figures?.(path);
  if (figures) return reply(response, 200, 'application/json', `${JSON.stringify(figures)}\n`);
  reply(response, 404, 'text/plain', 'There are /livez, /readyz and /metrics.\n');
}

function reply(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}

async function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new NumfleetError('port-in-use', `Port ${port} is taken. Set NUMFLEET_ADMIN_PORT to a free one.`));
    });
    server.listen(port, host, resolve);
  });
}
