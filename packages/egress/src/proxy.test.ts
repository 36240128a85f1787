import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { ProxyAgent, request, WebSocket } from 'undici';
import { describe, expect, test } from 'vitest';
import type { EgressProxy, ProxyPass } from './index.ts';
import { askProxy } from './testing/ask-proxy.ts';
import { openDoor, resolvesTo, startRawSite, startSite } from './testing/sites.ts';

/** An HTTP client that uses the proxy as a browser would: CONNECT, or absolute form where `tunnel` is false. */
function agentFor(proxy: EgressProxy, tunnel: boolean): ProxyAgent {
  return agentOf(proxy, proxy.issuePass(Number.POSITIVE_INFINITY), tunnel);
}

function agentOf(proxy: EgressProxy, { username, password }: ProxyPass, tunnel: boolean): ProxyAgent {
  const token = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return new ProxyAgent({ uri: proxy.server, token, proxyTunnel: tunnel });
}

async function closing<T>(agent: ProxyAgent, use: (agent: ProxyAgent) => Promise<T>): Promise<T> {
  try {
    return await use(agent);
  } finally {
    await agent.destroy();
  }
}

const get = (proxy: EgressProxy, url: string, tunnel: boolean) =>
  closing(agentFor(proxy, tunnel), async (dispatcher) => {
    const { statusCode, headers, body } = await request(url, { dispatcher });
    return { statusCode, headers, text: await body.text() };
  });

describe('I5: the proxy', () => {
  test.each([true, false])('reaches an overridden host on any port (CONNECT: %s)', async (tunnel) => {
    await using site = await startSite((incoming, response) => response.end(`at ${incoming.url}`));
    await using door = openDoor(`*.test=127.0.0.1:${site.port}`);
    await using proxy = await door.startProxy();
    const answer = await get(proxy, 'http://shop.test:4433/a?b=c', tunnel);
    expect(answer).toMatchObject({ statusCode: 200, text: 'at /a?b=c' });
    expect(site.requests[0]?.headers.host).toBe('shop.test:4433');
  });

  const privates = [
    '127.0.0.1',
    '0x7f.1',
    '2130706433',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost',
    '169.254.169.254',
    '10.0.0.1',
  ];
  test.each(privates)('refuses %s by CONNECT and in absolute form, and says why in a header alone', async (host) => {
    await using site = await startSite((_, response) => response.end('secret'));
    await using door = openDoor('shop.test=127.0.0.1:1');
    await using proxy = await door.startProxy();
    for (const head of [
      (auth: string) => `CONNECT ${host}:${site.port} HTTP/1.1\r\nHost: shop.test\r\n${auth}\r\n`,
      (auth: string) => `GET http://${host}:${site.port}/ HTTP/1.1\r\nHost: shop.test\r\n${auth}\r\n`,
    ]) {
      const answer = await askProxy(proxy, head);
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('x-numfleet-refused: address-refused');
      expect(answer).toMatch(/\r\n\r\n$/);
    }
    expect(site.connections).toHaveLength(0);
    expect(door.events).toEqual([
      { type: 'egress.refused', reason: 'private-address' },
      { type: 'egress.refused', reason: 'private-address' },
    ]);
  });

  test('refuses a name that resolves to a private address, for subresources and websockets as for pages', async () => {
    await using site = await startSite((_, response) => response.end('secret'));
    await using door = openDoor('', { lookup: resolvesTo('127.0.0.1') });
    await using proxy = await door.startProxy();
    expect(await get(proxy, `http://rebind.example:${site.port}/`, false)).toMatchObject({ statusCode: 403, text: '' });
    await closing(agentFor(proxy, true), async (dispatcher) => {
      const socket = new WebSocket(`ws://rebind.example:${site.port}/`, { dispatcher });
      await new Promise((resolve) => socket.addEventListener('error', resolve));
    });
    expect(door.events.filter(({ type }) => type === 'egress.refused')).toHaveLength(2);
    expect(site.connections).toHaveLength(0);
  });

  test('I11: without a contact a public host is refused, and nothing else is', async () => {
    await using door = openDoor('', { contact: null, lookup: resolvesTo('8.8.8.8') });
    await using proxy = await door.startProxy();
    const answer = await askProxy(
      proxy,
      (auth) => `CONNECT public.example:443 HTTP/1.1\r\nHost: public.example\r\n${auth}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*x-numfleet-refused: contact-missing/);
  });

  test('carries websockets both ways', async () => {
    await using site = await startSite(() => {});
    site.server.on('upgrade', (incoming, socket: Socket) => {
      const accept = acceptKey(String(incoming.headers['sec-websocket-key']));
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.write(Buffer.from([0x81, 2, 0x68, 0x69]));
    });
    await using door = openDoor(`*.test=127.0.0.1:${site.port}`);
    await using proxy = await door.startProxy();
    await closing(agentFor(proxy, true), async (dispatcher) => {
      const socket = new WebSocket('ws://live.test/feed', { dispatcher });
      const message = await new Promise((resolve) => socket.addEventListener('message', ({ data }) => resolve(data)));
      expect(message).toBe('hi');
    });
  });
});

describe('the proxy', () => {
  test('lets in nobody without a pass, which is good for one proxy and until it is given back', async () => {
    await using site = await startSite((_, response) => response.end('secret'));
    await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
    await using proxy = await door.startProxy();
    await using other = await door.startProxy();
    const [abroad, over] = [other.issuePass(1), proxy.issuePass(1)];
    over[Symbol.dispose]();
    const wrong = [abroad, over].map(({ username, password }) => {
      return `Proxy-Authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}\r\n`;
    });
    for (const auth of ['', ...wrong, 'Proxy-Authorization: Bearer x\r\n']) {
      for (const line of ['CONNECT shop.test:80', 'GET http://shop.test/']) {
        const answer = await askProxy(proxy, () => `${line} HTTP/1.1\r\nHost: shop.test\r\n${auth}\r\n`);
        expect(answer).toMatch(/^HTTP\/1\.1 407 [\s\S]*proxy-authenticate: Basic/i);
      }
    }
    expect(site.connections).toHaveLength(0);
  });

  test('passes on what is between browser and site, and nothing that is between browser and proxy', async () => {
    await using site = await startSite(async (incoming, response) => {
      const body = (await incoming.toArray()).join('');
      response.writeHead(201, { 'x-kept': 'yes', 'proxy-authenticate': 'Basic', 'set-cookie': ['a=1', 'b=2'] });
      response.end(`got ${body}`);
    });
    await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
    await using proxy = await door.startProxy();
    const answer = await askProxy(
      proxy,
      (auth) =>
        `POST http://shop.test/form HTTP/1.1\r\nHost: evil.test\r\n${auth}Proxy-Connection: keep-alive\r\nX-Hop: 1\r\n` +
        `Connection: close, X-Hop\r\nUser-Agent: Browser\r\nContent-Length: 4\r\n\r\nbody`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(answer).toContain('got body');
    expect(answer).toContain('x-kept: yes');
    expect(answer.match(/set-cookie/gi)).toHaveLength(2);
    expect(answer.toLowerCase()).not.toContain('proxy-');
    const sent = site.requests[0]?.headers ?? {};
    expect(sent).toMatchObject({ host: 'shop.test', 'user-agent': 'Browser', 'content-length': '4' });
    expect(Object.keys(sent).filter((name) => name.startsWith('proxy-') || name === 'x-hop')).toEqual([]);
  });

  test.each([
    'GET / HTTP/1.1',
    'GET https://shop.test/ HTTP/1.1',
    'GET ftp://shop.test/ HTTP/1.1',
    'CONNECT shop.test HTTP/1.1',
  ])('answers 400 to %s', async (line) => {
    await using door = openDoor('shop.test=127.0.0.1:1');
    await using proxy = await door.startProxy();
    expect(await askProxy(proxy, (auth) => `${line}\r\nHost: shop.test\r\n${auth}\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('answers 502 without details where the site is down or speaks no HTTP', async () => {
    await using site = await startRawSite((socket) => socket.end('SSH-2.0-secret\r\n'));
    await using door = openDoor(`down.test=127.0.0.1:1,ssh.test=127.0.0.1:${site.port}`);
    await using proxy = await door.startProxy();
    for (const url of ['http://down.test/', 'http://ssh.test/', 'http://unknown.example/']) {
      const answer = await get(proxy, url, false);
      expect(answer).toMatchObject({ statusCode: 502, text: '' });
      expect(answer.headers).not.toHaveProperty('x-numfleet-refused');
    }
  });

  test('breaks the browser’s answer where the site’s breaks, rather than ending it as if it were whole', async () => {
    await using site = await startRawSite((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', () =>
        setTimeout(() => socket.destroy(), 20),
      );
    });
    await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
    await using proxy = await door.startProxy();
    await expect(get(proxy, 'http://shop.test/', false)).rejects.toThrow();
  });

  test.each([true, false])('I8: a pass is good for so many bytes (CONNECT: %s), and for none after', async (tunnel) => {
    await using site = await startSite((_, response) => response.end('x'.repeat(600_000)));
    await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
    await using proxy = await door.startProxy();
    using pass = proxy.issuePass(1_000_000);
    await closing(agentOf(proxy, pass, tunnel), async (dispatcher) => {
      const first = await request('http://shop.test/', { dispatcher });
      expect(await first.body.text()).toHaveLength(600_000);
      expect(pass.exceeded.aborted).toBe(false);
      await expect(request('http://shop.test/', { dispatcher }).then(({ body }) => body.text())).rejects.toThrow();
      expect(pass.exceeded.aborted).toBe(true);
      const third = await request('http://shop.test/', { dispatcher }).then(
        ({ statusCode }) => statusCode,
        () => 'refused',
      );
      expect([407, 'refused']).toContain(third);
    });
    expect(site.requests).toHaveLength(2);
    // The page beside it is not concerned.
    expect(await get(proxy, 'http://shop.test/', tunnel)).toMatchObject({ statusCode: 200 });
  });

  test('I10: a pass that is given back ends its connections, and no others', async () => {
    await using site = await startSite((incoming, response) => incoming.url === '/quick' && response.end());
    await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
    await using proxy = await door.startProxy();
    const [ends, stays] = [proxy.issuePass(1_000), proxy.issuePass(1_000)];
    const hang = (pass: ProxyPass, tunnel: boolean) =>
      closing(agentOf(proxy, pass, tunnel), async (dispatcher) => await request('http://shop.test/', { dispatcher }));
    const ended = [true, false].map((tunnel) => hang(ends, tunnel).catch(() => 'ended'));
    let others = 0;
    for (const tunnel of [true, false]) void hang(stays, tunnel).catch(() => (others += 1));
    await expect.poll(() => site.requests.length).toBe(4);
    ends[Symbol.dispose]();
    expect(await Promise.all(ended)).toEqual(['ended', 'ended']);
    await expect.poll(() => site.connections.filter(({ destroyed }) => destroyed).length).toBe(2);
    expect(others).toBe(0);
  });

  test.each([
    ['more fields than may be', 'x-a: b\r\n'.repeat(300)],
    ['more bytes than may be', `x-a: ${'b'.repeat(70_000)}\r\n`],
  ])('I8: an answer whose head has %s is a 502', async (_, fields) => {
    await using site = await startRawSite((socket) => socket.end(`HTTP/1.1 200 OK\r\n${fields}\r\nbody`));
    await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
    await using proxy = await door.startProxy();
    expect(await get(proxy, 'http://shop.test/', false)).toMatchObject({ statusCode: 502, text: '' });
  });

  test('I10: ends every connection when it closes, and closes twice without harm', async () => {
    await using site = await startSite(() => {});
    await using door = openDoor(`shop.test=127.0.0.1:${site.port}`);
    const proxy = await door.startProxy();
    const hanging = get(proxy, 'http://shop.test/', true).catch(() => 'ended');
    const alsoHanging = get(proxy, 'http://shop.test/', false).catch(() => 'ended');
    await expect.poll(() => site.requests.length).toBe(2);
    await proxy[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    expect(await Promise.all([hanging, alsoHanging])).toEqual(['ended', 'ended']);
    await expect.poll(() => site.connections.every((socket) => socket.destroyed)).toBe(true);
  });
});

function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
