import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FleetEvent } from '@numfleet/contracts';
import { createDoor } from '@numfleet/egress';
import { parseEgressHosts } from '@numfleet/egress/rules';
import {
  type BrowserPool,
  type BrowserPoolDeps,
  createBrowserPool,
  findChromium,
  type RenderRequest,
} from '../index.ts';

export interface BrowserLab extends AsyncDisposable {
  pool: BrowserPool;
  events: FleetEvent[];
  /** Paths asked of the server through the egress proxy. */
  asked: string[];
  runDir: string;
  /** Renders `html` as if it had been fetched from http://shop.test/page. */
  show(
    html: string,
    options?: Partial<Pick<RenderRequest, 'deadlineMs' | 'mayAsk' | 'signal'>>,
  ): ReturnType<BrowserPool['render']>;
}

/** A pool with a real browser behind a real egress door, through which it reaches one server by the names shop.test, api.shop.test and ads.test. */
export async function createBrowserLab(
  serve: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end(),
  { isCold = false, ...options }: Partial<BrowserPoolDeps> & { isCold?: boolean } = {},
): Promise<BrowserLab> {
  await using parts = new AsyncDisposableStack();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    serve(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  parts.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const events: FleetEvent[] = [];
  const emit = (event: FleetEvent) => void events.push(event);
  const { port } = server.address() as AddressInfo;
  const hosts = parseEgressHosts(
    `shop.test=127.0.0.1:${port},api.shop.test=127.0.0.1:${port},ads.test=127.0.0.1:${port}`,
  );
  const door = parts.use(createDoor({ hosts, emit, userAgent, contact: null }));
  const runDir = await mkdtemp(join(tmpdir(), 'numfleet-browser-'));
  parts.defer(() => rm(runDir, { recursive: true, force: true }));
  const chromium = await findChromium({ runtimeDir });
  const proxy = await door.startProxy();
  const pool = parts.use(
    createBrowserPool({ chromium, proxy, runDir, emit, maxPages: 4, userAgent, locale: 'en-US', ...options }),
  );
  if (!isCold) await pool.warm();
  const rest = parts.move();
  return {
    pool,
    events,
    asked,
    runDir,
    show: (html, { deadlineMs = 15_000, ...more } = {}) =>
      pool.render({
        pageId: '1',
        url: 'http://shop.test/page',
        document: { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: Buffer.from(html) },
        deadlineMs,
        ...more,
      }),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

const userAgent = 'Numfleet/0.1 (+https://numfleet.test)';

/** Shared by all tests and with the fleet, since unpacking takes seconds. */
export const runtimeDir =
  process.env.NUMFLEET_RUNTIME_DIR ?? fileURLToPath(new URL('../../../../.runtime', import.meta.url));
