import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { fetchRobots } from '../index.ts';
import { openDoor, startRawSite, startSite } from '../testing/sites.ts';

const limits = () => ({ delayMs: 0, deadlineAt: Date.now() + 5_000, signal: AbortSignal.timeout(5_000) });

async function fetchFrom(listener: RequestListener, changes: Partial<Parameters<typeof fetchRobots>[0]> = {}) {
  await using site = await startSite(listener);
  await using door = openDoor(`*.test=127.0.0.1:${site.port}`);
  const result = await fetchRobots({ door, url: 'http://shop.test/robots.txt', ...limits(), ...changes });
  return { result, requests: site.requests };
}

describe('I11: robots.txt by RFC 9309 §2.3.1', () => {
  test('2xx is read', async () => {
    const robots = 'User-agent: *\nDisallow: /x\nCrawl-delay: 2\nSitemap: http://shop.test/s.xml';
    const { result } = await fetchFrom((_, response) => response.end(robots));
    expect(result).toEqual({
      outcome: 'fetched',
      status: 200,
      code: null,
      rules: [{ allow: false, pattern: '/x' }],
      crawlDelayMs: 2_000,
      redirect: null,
      requestedAt: expect.any(Number),
      retryAfterMs: null,
      latencyMs: expect.any(Number),
      address: '127.0.0.1',
      sitemaps: ['http://shop.test/s.xml'],
      hops: 0,
    });
  });

  test.each([
    [401, 'unavailable', 'http-client-error'],
    [403, 'unavailable', 'http-client-error'],
    [404, 'unavailable', 'http-client-error'],
    [410, 'unavailable', 'http-client-error'],
    [500, 'unreachable', 'http-server-error'],
    [503, 'unreachable', 'http-server-error'],
    // Not "unavailable", which would allow all that the host has just asked us to slow down for.
    [429, 'unreachable', 'throttled'],
  ])('%i is %s', async (status, outcome, code) => {
    const { result } = await fetchFrom((_, response) =>
      response.writeHead(status, { 'retry-after': '60' }).end('Disallow'),
    );
    expect(result).toMatchObject({ outcome, code, status, rules: [], retryAfterMs: 60_000 });
  });

  test('a host that cannot be reached, or answers nonsense, is unreachable', async () => {
    await using site = await startRawSite((socket) => socket.end('nonsense\r\n'));
    await using door = openDoor(`shop.test=127.0.0.1:${site.port},down.test=127.0.0.1:1`);
    for (const [url, code] of [
      ['http://shop.test/robots.txt', 'malformed-response'],
      ['http://down.test/robots.txt', 'connect-failed'],
      ['http://unknown.example/robots.txt', 'dns-failed'],
      ['http://169.254.169.254/robots.txt', 'address-refused'],
    ] as const) {
      expect(await fetchRobots({ door, url, ...limits() })).toMatchObject({ outcome: 'unreachable', code, rules: [] });
    }
    await using unnamed = openDoor('', { contact: null });
    const refused = await fetchRobots({ door: unnamed, url: 'http://public.example/robots.txt', ...limits() });
    expect(refused).toMatchObject({ outcome: 'unreachable', code: 'contact-missing', requestedAt: null });
  });

  test('I8: one of 100 MB is read up to its limit, and no more of it is taken', async () => {
    const line = Buffer.from(`# ${'x'.repeat(1_000)}\n`.repeat(100));
    let sent = 0;
    const { result } = await fetchFrom((_, response) => {
      response.write('User-agent: *\nDisallow: /x\n');
      const more = () => {
        while (sent < 100_000_000 && !response.destroyed) {
          sent += line.length;
          if (!response.write(line)) return void response.once('drain', more);
        }
        response.end('Disallow: /late\n');
      };
      more();
    });
    expect(result).toMatchObject({ outcome: 'fetched', rules: [{ allow: false, pattern: '/x' }] });
    // What is on its way when the connection is closed is the system's buffers.
    expect(sent).toBeLessThan(20_000_000);
  });

  test('one of random octets has no rules; one that is not packed as it says is unreachable', async () => {
    const octets = randomBytes(600_000);
    const plain = await fetchFrom((_, response) => response.end(octets));
    expect(plain.result).toMatchObject({ outcome: 'fetched', rules: [], crawlDelayMs: null });
    const packed = await fetchFrom((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(octets),
    );
    expect(packed.result).toMatchObject({ outcome: 'unreachable', code: 'malformed-response', rules: [] });
  });

  test('a page served in its place has no rules', async () => {
    const { result } = await fetchFrom((_, response) => response.end('<html><body>Not here: sorry</body></html>'));
    expect(result).toMatchObject({ outcome: 'fetched', rules: [] });
  });
});

describe('a redirected robots.txt', () => {
  const chain =
    (length: number, to?: string): RequestListener =>
    (request, response) => {
      const step = Number(/\d+$/.exec(request.url ?? '')?.[0] ?? 0);
      if (step < length) response.writeHead(301, { location: step + 1 === length && to ? to : `/${step + 1}` }).end();
      else response.end('User-agent: *\nDisallow: /x');
    };

  test('I7: is followed within the host, five times at most, each after the delay', async () => {
    const { result, requests } = await fetchFrom(chain(5), { delayMs: 30 });
    expect(result).toMatchObject({ outcome: 'fetched', hops: 5, rules: [{ pattern: '/x' }] });
    const starts = requests.map(({ at }) => at);
    for (const [i, at] of starts.slice(1).entries()) expect(at - (starts[i] ?? 0)).toBeGreaterThanOrEqual(28);
    expect((await fetchFrom(chain(6))).result).toMatchObject({ outcome: 'unavailable', code: 'too-many-redirects' });
  });

  test('to another port or scheme of the host is followed', async () => {
    const { result } = await fetchFrom(chain(1, 'http://shop.test:8888/9'));
    expect(result).toMatchObject({ outcome: 'fetched', hops: 1 });
  });

  test('I7: to another host is handed on, since that has a clock of its own', async () => {
    const { result, requests } = await fetchFrom(chain(1, 'http://www.shop.test/robots.txt'));
    expect(result).toMatchObject({
      outcome: 'redirected',
      redirect: 'http://www.shop.test/robots.txt',
      hops: 1,
      status: 301,
    });
    expect(requests).toHaveLength(1);
  });

  test('is handed on when its turn would come after the deadline', async () => {
    const { result } = await fetchFrom(chain(1), { delayMs: 60_000 });
    expect(result).toMatchObject({ outcome: 'redirected', redirect: 'http://shop.test/1' });
  });

  test('counts the redirects of the jobs before it', async () => {
    expect((await fetchFrom(chain(2), { hops: 4 })).result).toMatchObject({ outcome: 'unavailable' });
    const away = chain(1, 'http://www.shop.test/robots.txt');
    expect((await fetchFrom(away, { hops: 5 })).result).toMatchObject({ outcome: 'unavailable', redirect: null });
  });
});
