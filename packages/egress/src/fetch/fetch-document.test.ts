import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TlsOptions } from 'node:tls';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { FleetEvent } from '@numfleet/contracts';
import { afterEach, describe, expect, test } from 'vitest';
import type { FetchOutcome } from '../index.ts';
import { certificate, certificateKey, expiredCertificate } from '../testing/certificates.ts';
import { fetchRequest, openDoor, startRawSite, startSite } from '../testing/sites.ts';
import { createAgent } from './create-agent.ts';
import { fetchDocument } from './fetch-document.ts';
import { createWaiters } from './waiters.ts';

const text = (outcome: FetchOutcome) => (outcome.kind === 'document' ? Buffer.from(outcome.body).toString() : outcome);

async function fetchFrom(
  listener: Parameters<typeof startSite>[0],
  changes: Parameters<typeof fetchRequest>[1] = {},
  path = '/',
) {
  await using site = await startSite(listener);
  await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
  const outcome = await door.fetchDocument(fetchRequest(`http://shop.test${path}`, changes));
  return { outcome, requests: site.requests, events: door.events };
}

async function fetchRaw(answer: (socket: Socket) => void, changes: Parameters<typeof fetchRequest>[1] = {}) {
  await using site = await startRawSite(answer);
  await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
  return await door.fetchDocument(fetchRequest('http://shop.test/', changes));
}

describe('a document', () => {
  test('comes with its status, headers and body; we name ourselves, and keep and send nothing that tells visits apart', async () => {
    const before = Date.now();
    const { outcome, requests, events } = await fetchFrom((_, response) => {
      response.setHeader('set-cookie', 'id=1').setHeader('content-type', 'text/html; charset=utf-8').end('héllo');
    });
    expect(outcome).toMatchObject({
      kind: 'document',
      url: 'http://shop.test/',
      status: 200,
      truncated: false,
      hops: 0,
    });
    expect(text(outcome)).toBe('héllo');
    expect(outcome).toHaveProperty('headers.content-type', 'text/html; charset=utf-8');
    expect(outcome).not.toHaveProperty('headers.set-cookie');
    expect(outcome.requestedAt).toBeGreaterThanOrEqual(before);
    expect(outcome.requestedAt).toBeLessThanOrEqual(requests[0]?.at ?? 0);
    const sent = requests[0]?.headers;
    expect(sent).toMatchObject({ host: 'shop.test', 'user-agent': expect.stringMatching(/^Numfleet\/.*ops@/) });
    expect(Object.keys(sent ?? {}).sort()).toEqual(
      ['accept', 'accept-encoding', 'accept-language', 'connection', 'host', 'user-agent'].sort(),
    );
    expect(events).toMatchObject([{ type: 'egress.request', status: 200, code: null, bytes: 6 }]);
  });

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['gzip, br', (bytes: Buffer) => brotliCompressSync(gzipSync(bytes))],
    ['identity', (bytes: Buffer) => bytes],
  ])('is decompressed from %s', async (coding, compress) => {
    const html = 'number '.repeat(10_000);
    const { outcome } = await fetchFrom((_, response) =>
      response.setHeader('content-encoding', coding).end(compress(Buffer.from(html))),
    );
    expect(text(outcome)).toBe(html);
    expect(outcome).not.toHaveProperty('headers.content-encoding');
  });

  test.each([429, 503])('I11: of status %i says how long the host wants to be left alone', async (status) => {
    const { outcome } = await fetchFrom((_, response) => response.writeHead(status, { 'retry-after': '30' }).end());
    expect(outcome).toMatchObject({ kind: 'document', status, retryAfterMs: 30_000 });
  });
});

describe('I8: a body', () => {
  const endless = (response: ServerResponse, piece: Buffer) => {
    const more = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', more);
    more();
  };

  test('without end is cut at its limit and its connection closed', async () => {
    const closed = Promise.withResolvers<void>();
    const { outcome } = await fetchFrom(
      (_, response) => {
        response.on('close', () => closed.resolve());
        endless(response, Buffer.alloc(65_536, 'x'));
      },
      { maxBytes: 100_000 },
    );
    expect(outcome).toMatchObject({ kind: 'document', truncated: true });
    expect(outcome).toHaveProperty('body.length', 100_000);
    await closed.promise;
  });

  test('of exactly the limit is whole', async () => {
    const { outcome } = await fetchFrom((_, response) => response.end(Buffer.alloc(1_000)), { maxBytes: 1_000 });
    expect(outcome).toMatchObject({ kind: 'document', truncated: false });
  });

  const zeros = Buffer.alloc(200_000_000);
  test.each([
    ['gzip', gzipSync(zeros, { level: 9 })],
    ['br', brotliCompressSync(zeros, { params: {} })],
    ['gzip, gzip', gzipSync(gzipSync(zeros, { level: 9 }))],
  ])(
    'that is a bomb of %s is cut at the limit after decompression',
    async (coding, bomb) => {
      expect(bomb.length).toBeLessThan(1_000_000);
      const memory = process.memoryUsage().rss;
      const { outcome } = await fetchFrom((_, response) => response.setHeader('content-encoding', coding).end(bomb));
      expect(outcome).toMatchObject({ kind: 'document', truncated: true });
      expect(outcome).toHaveProperty('body.length', 1_000_000);
      expect(process.memoryUsage().rss - memory).toBeLessThan(100_000_000);
    },
    30_000,
  );

  test('that goes on for ever without giving anything, compressed, is cut as well', async () => {
    const emptyBlocks = gzipSync(Buffer.alloc(0)).subarray(0, 10);
    const storedNothing = Buffer.from('000000ffff'.repeat(10_000), 'hex');
    const { outcome } = await fetchFrom((_, response) => {
      response.setHeader('content-encoding', 'gzip').write(emptyBlocks);
      endless(response, storedNothing);
    });
    expect(outcome).toMatchObject({ kind: 'document', truncated: true });
  });

  test('that drips is ended by the deadline, not by hope', async () => {
    const started = performance.now();
    const { outcome, events } = await fetchFrom(
      (_, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
      { signal: AbortSignal.timeout(300) },
    );
    expect(outcome).toMatchObject({ kind: 'failed', code: 'fetch-timeout', requestedAt: expect.any(Number) });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(events).toMatchObject([{ type: 'egress.request', status: 200, code: 'fetch-timeout' }]);
  });
});

describe('a document that is known', () => {
  const unless = { etag: '"v1"', lastModified: 'Mon, 23 Nov 2026 09:00:00 GMT' };

  test('is asked for by its validators, and need not be sent again', async () => {
    const { outcome, requests } = await fetchFrom(
      (_, response) => response.writeHead(304, { 'content-encoding': 'gzip', etag: '"v1"' }).end(),
      { unless },
    );
    expect(requests[0]?.headers).toMatchObject({
      'if-none-match': '"v1"',
      'if-modified-since': 'Mon, 23 Nov 2026 09:00:00 GMT',
    });
    expect(outcome).toMatchObject({ kind: 'document', status: 304, unchanged: true, body: Buffer.alloc(0) });
  });

  test('is no other one: to what it is redirected to its validators are not told, and a 304 from there is none', async () => {
    const { outcome, requests } = await fetchFrom(
      ({ url }, response) => response.writeHead(url === '/' ? 302 : 304, { location: '/b' }).end(),
      { unless },
    );
    expect(outcome).toMatchObject({ url: 'http://shop.test/b', status: 304, unchanged: false });
    expect(requests[0]?.headers).toHaveProperty('if-none-match');
    expect(requests[1]?.headers).not.toHaveProperty('if-none-match');
    expect(requests[1]?.headers).not.toHaveProperty('if-modified-since');
  });

  test('is not taken to be as it was by a 304 that was not asked for', async () => {
    const { outcome } = await fetchFrom((_, response) => response.writeHead(304).end());
    expect(outcome).toMatchObject({ status: 304, unchanged: false });
  });
});

describe('a failure', () => {
  test.each<[string, string, (socket: Socket) => void]>([
    ['connection-lost', 'closed before the head', (socket) => socket.end()],
    ['connection-lost', 'reset', (socket) => socket.resetAndDestroy()],
    ['connection-lost', 'half a head', (socket) => socket.end('HTTP/1.1 200 OK\r\nconte')],
    ['connection-lost', 'half a body', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')],
    [
      'connection-lost',
      'half a chunked body',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhal'),
    ],
    // Where the connection is for one request only, undici takes its end for a broken protocol.
    [
      'connection-lost',
      'half a body, the connection being for it alone',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nhalf'),
    ],
    [
      'connection-lost',
      'half a chunked body, the connection being for it alone',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhal'),
    ],
    ['malformed-response', 'no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
    [
      'malformed-response',
      'two lengths',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
    ],
    [
      'malformed-response',
      'a bad chunk',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'),
    ],
    ['head-too-large', 'a head without end', (socket) => socket.write(`HTTP/1.1 200 OK\r\na: ${'x'.repeat(200_000)}`)],
    [
      'head-too-large',
      'a head of 300 fields',
      (socket) => socket.end(`HTTP/1.1 200 OK\r\n${'set-cookie: a=b\r\n'.repeat(300)}\r\nbody`),
    ],
    [
      'malformed-response',
      'corrupt gzip',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\nplain text'),
    ],
    [
      'malformed-response',
      'corrupt br',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-encoding: br\r\n\r\n\u00ff\u00ff\u00ff\u00ff', 'latin1'),
    ],
    [
      'malformed-response',
      'corrupt zstd',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\n\r\nplain text'),
    ],
    [
      'malformed-response',
      'an unknown coding',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-encoding: rot13\r\n\r\nx'),
    ],
    [
      'malformed-response',
      'three codings',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-encoding: br,br,br\r\n\r\nx'),
    ],
    [
      'malformed-response',
      'a redirect to nowhere',
      (socket) => socket.end('HTTP/1.1 302 Found\r\nlocation: mailto:a@b\r\n\r\n'),
    ],
    ['tls-failed', 'plain text where TLS is due', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('is %s for %s', async (code, what, answer) => {
    if (code === 'tls-failed') {
      await using site = await startRawSite(answer);
      await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
      const outcome = await door.fetchDocument(fetchRequest('https://shop.test/'));
      expect(outcome, what).toMatchObject({ kind: 'failed', code, requestedAt: null });
    } else {
      expect(await fetchRaw(answer), what).toMatchObject({ kind: 'failed', code, requestedAt: expect.any(Number) });
    }
  });

  test('is fetch-timeout where nothing answers, whose connection is closed, and where the deadline had passed before', async () => {
    await using site = await startRawSite(() => {});
    await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
    const silent = await door.fetchDocument(fetchRequest('http://shop.test/', { signal: AbortSignal.timeout(100) }));
    expect(silent).toMatchObject({ kind: 'failed', code: 'fetch-timeout', requestedAt: expect.any(Number) });
    await expect.poll(() => site.connections.map((socket) => socket.destroyed)).toEqual([true]);
    const late = await fetchRaw(() => {}, { signal: AbortSignal.abort() });
    expect(late).toMatchObject({ kind: 'failed', code: 'fetch-timeout', requestedAt: null });
  });

  test('is an outcome when the door closes under a fetch', async () => {
    await using site = await startRawSite(() => {});
    await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
    const fetching = door.fetchDocument(fetchRequest('http://shop.test/'));
    await expect.poll(() => site.connections.length).toBe(1);
    await door[Symbol.asyncDispose]();
    expect(await fetching).toMatchObject({ kind: 'failed', code: 'connection-lost' });
  });

  test('a body that is cut short while compressed gives what there is of it, as in browsers', async () => {
    const half = gzipSync(Buffer.from('number '.repeat(10_000))).subarray(0, 60);
    const { outcome } = await fetchFrom((_, response) => response.setHeader('content-encoding', 'gzip').end(half));
    expect(text(outcome)).toMatch(/^number /);
  });
});

describe('a redirect', () => {
  const redirects = (targets: Record<string, string>) =>
    ((request, response) => {
      const location = targets[request.url ?? ''];
      if (location === undefined) response.end(`at ${request.url}`);
      else response.writeHead(302, { location }).end('moved');
    }) satisfies Parameters<typeof startSite>[0];

  test('is followed within the origin, and the URL that answered is told', async () => {
    const { outcome, events } = await fetchFrom(redirects({ '/': '/a#x', '/a': 'http://u:p@shop.test:80/b' }));
    expect(outcome).toMatchObject({ kind: 'document', url: 'http://shop.test/b', hops: 2 });
    expect(text(outcome)).toBe('at /b');
    expect(events).toHaveLength(3);
  });

  test('may be written in raw octets, whatever their encoding', async () => {
    for (const [octets, path] of [
      [Buffer.from('/caf\u00e9', 'utf8'), '/caf%C3%A9'],
      [Buffer.from('/caf\u00e9', 'latin1'), '/caf%E9'],
      [Buffer.from('/b?q=\u00e9', 'utf8'), '/b?q=%C3%A9'],
    ] as const) {
      const head = Buffer.concat([Buffer.from('HTTP/1.1 302 Found\r\nLocation: '), octets, Buffer.from('\r\n\r\n')]);
      const outcome = await fetchRaw((socket) => socket.end(head), { robots: null });
      expect(outcome).toMatchObject({ kind: 'redirect', to: `http://shop.test${path}` });
    }
  });

  test('I7: starts no sooner than the delay after the request before it', async () => {
    // By what it says of its starts: on a busy machine one request is longer on its way than the next, and the gap between
    // their arrivals is shorter than that between their starts.
    for (const path of ['/a', '/']) {
      const before = Date.now();
      const { outcome, requests } = await fetchFrom(redirects({ '/': '/a', '/a': '/b' }), { delayMs: 150 }, path);
      const hops = requests.length - 1;
      expect(outcome).toMatchObject({ kind: 'document', hops: path === '/' ? 2 : 1 });
      expect((outcome.requestedAt ?? 0) - before).toBeGreaterThanOrEqual(hops * 150 - 2);
      expect(requests[hops]?.at).toBeGreaterThanOrEqual((outcome.requestedAt ?? 0) - 2);
    }
  });

  test('I7: waits as long as its own Retry-After asks', async () => {
    const { requests } = await fetchFrom((request, response) =>
      request.url === '/' ? response.writeHead(307, { location: '/a', 'retry-after': '1' }).end() : response.end(),
    );
    expect((requests[1]?.at ?? 0) - (requests[0]?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test('I7: is handed back at once when its turn would come after the deadline', async () => {
    const changes = { delayMs: 60_000, deadlineAt: Date.now() + 5_000 };
    const { outcome, requests } = await fetchFrom(redirects({ '/': '/a' }), changes);
    expect(outcome).toMatchObject({ kind: 'redirect', to: 'http://shop.test/a', status: 302, hops: 0 });
    expect(requests).toHaveLength(1);
  });

  test('I6: is given up while it waits for its turn', async () => {
    const { outcome } = await fetchFrom(redirects({ '/': '/a' }), { delayMs: 5_000, signal: AbortSignal.timeout(200) });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'fetch-timeout' });
  });

  test('to another origin is handed back, not followed', async () => {
    for (const to of [
      'http://other.test/',
      'https://shop.test/',
      'http://shop.test:81/',
      'http://169.254.169.254/latest/',
    ]) {
      const { outcome, requests } = await fetchFrom(redirects({ '/': to }));
      expect(outcome).toMatchObject({ kind: 'redirect', to, hops: 0 });
      expect(requests).toHaveLength(1);
    }
  });

  test('I5: to the metadata address, taken up as a link, meets the guard', async () => {
    const { outcome } = await fetchFrom(redirects({ '/': 'http://169.254.169.254/latest/meta-data/' }));
    await using door = openDoor('');
    const followed = await door.fetchDocument(fetchRequest(outcome.kind === 'redirect' ? outcome.to : ''));
    expect(followed).toMatchObject({ kind: 'failed', code: 'address-refused', requestedAt: null });
  });

  test('I11: into what robots.txt forbids is refused; without rules at hand it is handed back', async () => {
    const robots = [{ allow: false, pattern: '/private' }];
    const refused = await fetchFrom(redirects({ '/': '/private/x' }), { robots });
    expect(refused.outcome).toMatchObject({
      kind: 'refused',
      code: 'robots-disallowed',
      requestedAt: expect.any(Number),
    });
    expect(refused.requests).toHaveLength(1);
    const unknown = await fetchFrom(redirects({ '/': '/private/x' }), { robots: null });
    expect(unknown.outcome).toMatchObject({ kind: 'redirect', to: 'http://shop.test/private/x' });
    const allowed = await fetchFrom(redirects({ '/': '/public' }), { robots });
    expect(allowed.outcome).toMatchObject({ kind: 'document' });
  });

  test('in a loop or beyond the limit is too many', async () => {
    const loop = await fetchFrom(redirects({ '/': '/a', '/a': '/' }));
    expect(loop.outcome).toMatchObject({ kind: 'failed', code: 'too-many-redirects' });
    expect(loop.requests).toHaveLength(2);
    const chain = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`/${i}`, `/${i + 1}`]));
    const long = await fetchFrom(redirects(chain), {}, '/0');
    expect(long.outcome).toMatchObject({ kind: 'failed', code: 'too-many-redirects', hops: 5 });
    expect(long.requests).toHaveLength(6);
  });
});

test('I7: a request that was given up while its connection was made is not written once that is there', async () => {
  await using site = await startSite((_, response) => response.end());
  await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
  const ready = Promise.withResolvers<void>();
  const { signal } = new AbortController();
  const waiters = createWaiters(() => {});
  const dispatcher = createAgent(async () => {
    await ready.promise;
    return await door.connect({ hostname: 'shop.test', port: 80, signal });
  }, waiters);
  const request = fetchRequest('http://shop.test/', { signal: AbortSignal.timeout(50) });
  const outcome = await fetchDocument(request, { dispatcher, waiters, emit: () => {}, userAgent: 'Numfleet' });
  expect(outcome).toMatchObject({ kind: 'failed', code: 'fetch-timeout', requestedAt: null });
  ready.resolve();
  await expect.poll(() => site.connections.length).toBe(1);
  await dispatcher.close();
  expect(site.requests).toEqual([]);
});

test('G24: an origin has 64 connections; requests beyond wait no longer than their deadline, and how many wait is told', async () => {
  const answers: (() => void)[] = [];
  await using site = await startSite((_, response) => void answers.push(() => response.end('ok')));
  const told: number[] = [];
  const emit = (event: FleetEvent) => event.type === 'egress.waiting' && told.push(event.requests);
  await using door = openDoor(`shop.test=127.0.0.1:${site.port}`, { emit });
  const first = Array.from({ length: 64 }, () => door.fetchDocument(fetchRequest('http://shop.test/')));
  await expect.poll(() => answers.length, { timeout: 5_000 }).toBe(64);
  expect(told.at(-1)).toBe(0);
  const [hasty, patient] = [300, 10_000].map((ms) =>
    door.fetchDocument(fetchRequest('http://shop.test/', { signal: AbortSignal.timeout(ms) })),
  );
  expect(told.at(-1)).toBe(2);
  expect(await hasty).toMatchObject({ kind: 'failed', code: 'fetch-timeout', requestedAt: null });
  expect(told.at(-1)).toBe(1);
  expect(site.connections).toHaveLength(64);
  answers.shift()?.();
  await expect.poll(() => answers.length).toBe(64);
  expect(told.at(-1)).toBe(0);
  for (const answer of answers) answer();
  expect((await Promise.all([...first, patient])).every((outcome) => outcome?.kind === 'document')).toBe(true);
});

test('I6: connecting ends when the last request that waits for the origin is given up, and not before', async () => {
  const waiters = createWaiters(() => {});
  const signals: AbortSignal[] = [];
  const dispatcher = createAgent(({ signal }) => {
    signals.push(signal);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  }, waiters);
  const [first, second] = [new AbortController(), new AbortController()];
  const outcomes = [first, second].map(({ signal }) =>
    fetchDocument(fetchRequest('http://shop.test/', { signal }), {
      ...{ dispatcher, waiters, emit: () => {}, userAgent: 'Numfleet' },
    }),
  );
  await expect.poll(() => signals.length).toBe(2);
  first.abort();
  await outcomes[0];
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  second.abort();
  await outcomes[1];
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  await dispatcher.close();
});

test('I6: a TLS handshake ends with the request that waits for it, long before its own time-out', async () => {
  await using site = await startRawSite(() => {});
  await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
  const began = performance.now();
  const outcome = await door.fetchDocument(fetchRequest('https://shop.test/', { signal: AbortSignal.timeout(200) }));
  expect(outcome).toMatchObject({ kind: 'failed', code: 'fetch-timeout', requestedAt: null });
  await expect.poll(() => site.connections.every(({ destroyed }) => destroyed)).toBe(true);
  expect(site.connections).toHaveLength(1);
  expect(performance.now() - began).toBeLessThan(3_000);
});

test('a connection is used again without a delay, and closed after each request with one', async () => {
  await using site = await startSite((_, response) => response.end('ok'));
  await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
  for (const delayMs of [0, 0, 0]) await door.fetchDocument(fetchRequest('http://shop.test/', { delayMs }));
  const used = site.connections.length;
  expect(used).toBeLessThan(3);
  expect(site.requests).toHaveLength(3);
  await using polite = openDoor(`shop.test=127.0.0.1:${site.port}`);
  for (const delayMs of [1, 1]) await polite.fetchDocument(fetchRequest('http://shop.test/', { delayMs }));
  expect(site.connections).toHaveLength(used + 2);
});

describe('https', () => {
  const listenSecurely = async (options: TlsOptions = {}) => {
    const server = createHttpsServer({ cert: certificate, key: certificateKey, ...options }, (_, response) =>
      response.end('secure'),
    );
    let requests = 0;
    server.on('request', () => {
      requests += 1;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      port,
      requests: () => requests,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        server.close();
      },
    };
  };
  const trusted = getCACertificates();
  afterEach(() => setDefaultCACertificates(trusted));
  const old: TlsOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };

  test.each<[string, { host?: string; trust?: boolean } & TlsOptions]>([
    ['is signed by itself', { trust: false }],
    ['is for another host', { host: 'other.test' }],
    ['is over', { cert: expiredCertificate }],
    ['is fine, but the protocol is older than TLS 1.2', old],
    ['is fine, but the ciphers are none of ours', { ciphers: 'NULL-SHA256:@SECLEVEL=0', maxVersion: 'TLSv1.2' }],
  ])('is tls-failed where the certificate %s, and nothing is sent', async (_, given) => {
    const { host = 'shop.test', trust = true, ...options } = given;
    if (trust) setDefaultCACertificates([...trusted, certificate]);
    await using site = await listenSecurely(options);
    await using door = openDoor(`*.test=127.0.0.1:${site.port}`);
    const outcome = await door.fetchDocument(fetchRequest(`https://${host}/`));
    expect(outcome).toMatchObject({ kind: 'failed', code: 'tls-failed', requestedAt: null });
    expect(site.requests()).toBe(0);
  });

  test('control: the same site, trusted and by its name, is fetched', async () => {
    setDefaultCACertificates([...trusted, certificate]);
    await using site = await listenSecurely();
    await using door = openDoor(`*.test=127.0.0.1:${site.port}`);
    expect(text(await door.fetchDocument(fetchRequest('https://shop.test/')))).toBe('secure');
  });
});
