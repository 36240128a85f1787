import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One answer of the tired site, and for how long it wants to be left alone after it, ms. */
interface Answer {
  status: number;
  headers: Record<string, string>;
  restMs: number;
}

export interface TiredSite extends AsyncDisposable {
  /** For NUMFLEET_EGRESS_HOSTS. */
  readonly egressHosts: string;
  urlOf(host: 'tired' | `lively-${number}`, path: string): string;
  /** What the tired host has had since it was told to be tired. */
  seen(): { requests: number; refusals: number; tooEarly: number; lastRefusedAt: number };
  /** From now on it asks to be left alone, each time in another way, and then answers as it should. */
  tire(): void;
}

const restMs = 3_000;

/** In the order in which they are given; a date has whole seconds, so it is the next but so many. */
const answers: readonly ((now: number) => Answer)[] = [
  () => ({ status: 200, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3' }, restMs }),
  () => ({ status: 429, headers: { 'retry-after': '3' }, restMs }),
  (now) => {
    const until = Math.ceil(now / 1_000) * 1_000 + restMs;
    return { status: 429, headers: { 'retry-after': new Date(until).toUTCString() }, restMs: until - now };
  },
  () => ({ status: 503, headers: { 'retry-after': '3' }, restMs }),
];

/** `tired.test`, which asks for fewer requests once it is told to, among hosts that never do. No robots.txt anywhere. */
export async function startTiredSite(): Promise<TiredSite> {
  let pending: ((now: number) => Answer)[] = [];
  let restUntil = 0;
  let seen = { requests: 0, refusals: 0, tooEarly: 0, lastRefusedAt: 0 };
  const server = createServer((request, response) => {
    const now = Date.now();
    if (request.headers.host?.startsWith('tired.')) {
      seen.requests += 1;
      if (now < restUntil) seen.tooEarly += 1;
    }
    if (request.url === '/robots.txt') return void response.writeHead(404).end();
    const answer = request.headers.host?.startsWith('tired.') ? pending.shift()?.(now) : undefined;
    if (answer) {
      restUntil = now + answer.restMs;
      seen.refusals += 1;
      seen.lastRefusedAt = now;
    }
    const headers = { 'content-type': 'text/html', ...answer?.headers };
    response.writeHead(answer?.status ?? 200, headers).end('<p>Ring +44 151 496 0301.</p>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    egressHosts: `*.test=127.0.0.1:${port}`,
    urlOf: (host, path) => `http://${host}.test${path}`,
    seen: () => ({ ...seen }),
    tire() {
      pending = [...answers];
      restUntil = 0;
      seen = { requests: 0, refusals: 0, tooEarly: 0, lastRefusedAt: 0 };
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
