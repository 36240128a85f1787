import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { askProxy } from '../testing/ask-proxy.ts';
import { certificate, certificateKey, loopbackCertificate, loopbackKey } from '../testing/certificates.ts';
import { fetchRequest, openDoor, resolvesTo, type Site, startRawSite, startSite } from '../testing/sites.ts';
import { checkOperatorProxy } from './open-through-proxy.ts';

const publicAddress = '3000::1';

/** An operator's proxy that asks for credentials, and leads every address there is to one site. */
async function startOperatorProxy(site: Site, identity?: { cert: string; key: string }) {
  const asked: string[] = [];
  const tunnels = new Set<Socket>();
  const server = identity === undefined ? createServer() : createSecureServer(identity);
  server.on('connect', (request, client: Socket) => {
    asked.push(request.url ?? '');
    client.on('error', () => {});
    const given = Buffer.from((request.headers['proxy-authorization'] ?? '').replace('Basic ', ''), 'base64');
    if (given.toString() !== 'crawl:s:cret') return client.end('HTTP/1.1 407 Who are you\r\n\r\n');
    const upstream = connect(site.port, '127.0.0.1').on('error', () => {});
    tunnels.add(upstream).add(client);
    client.write('HTTP/1.1 200 Connected\r\nVia: 1.1 operator\r\n\r\n');
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    url: new URL(`${identity === undefined ? 'http' : 'https'}://crawl:s%3Acret@127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      for (const socket of tunnels) socket.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

const trusted = getCACertificates();
afterEach(() => setDefaultCACertificates(trusted));

describe('I5: through the operator’s proxy', () => {
  test('documents and the browser reach public hosts, by the address that was checked; allowed hosts go past it', async () => {
    await using site = await startSite((request, response) => response.end(`at ${request.headers.host}${request.url}`));
    await using local = await startSite((_, response) => response.end('local'));
    await using upstream = await startOperatorProxy(site);
    await using door = openDoor(`near.test=127.0.0.1:${local.port}`, {
      lookup: resolvesTo(publicAddress),
      upstream: upstream.url,
    });
    const outcome = await door.fetchDocument(fetchRequest('http://shop.example/page'));
    expect(outcome).toMatchObject({ kind: 'document', status: 200, body: Buffer.from('at shop.example/page') });
    // Of the host, and not of the proxy that it was reached through.
    expect(outcome).toMatchObject({ address: publicAddress });
    await using proxy = await door.startProxy();
    const head = (auth: string) =>
      `GET http://shop.example:8080/x HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n${auth}\r\n`;
    expect(await askProxy(proxy, head)).toContain('at shop.example:8080/x');
    expect(upstream.asked).toEqual([`[${publicAddress}]:80`, `[${publicAddress}]:8080`]);
    expect(await door.fetchDocument(fetchRequest('http://near.test/'))).toMatchObject({ kind: 'document' });
    expect(upstream.asked).toHaveLength(2);
    expect(local.requests).toHaveLength(1);
  });

  test('TLS is end to end: the proxy sees none of it, and the certificate is that of the name', async () => {
    setDefaultCACertificates([...trusted, certificate]);
    const secure = createSecureServer({ cert: certificate, key: certificateKey }, (_, response) =>
      response.end('deep'),
    );
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    const { port } = secure.address() as AddressInfo;
    await using upstream = await startOperatorProxy({ port } as Site);
    await using door = openDoor('', { lookup: resolvesTo(publicAddress), upstream: upstream.url });
    const outcome = await door.fetchDocument(fetchRequest('https://shop.test/'));
    expect(outcome).toMatchObject({ kind: 'document', body: Buffer.from('deep') });
    const other = await door.fetchDocument(fetchRequest('https://other.test/'));
    expect(other).toMatchObject({ kind: 'failed', code: 'tls-failed' });
    secure.closeAllConnections();
    secure.close();
  });

  test.each(['127.0.0.1', '169.254.169.254', '[::1]', 'private.example'])(
    'nobody gets to %s: the proxy is not even asked',
    async (host) => {
      await using site = await startSite((_, response) => response.end('secret'));
      await using upstream = await startOperatorProxy(site);
      await using door = openDoor('', { lookup: resolvesTo('10.0.0.1'), upstream: upstream.url });
      const outcome = await door.fetchDocument(fetchRequest(`http://${host}/`));
      expect(outcome).toMatchObject({ kind: 'failed', code: 'address-refused' });
      expect(upstream.asked).toEqual([]);
    },
  );

  test('one that speaks TLS itself is used where its certificate is trusted and its own, and not otherwise', async () => {
    await using site = await startSite((_, response) => response.end('ok'));
    const through = async (identity: { cert: string; key: string }) => {
      await using upstream = await startOperatorProxy(site, identity);
      await using door = openDoor('', { lookup: resolvesTo(publicAddress), upstream: upstream.url });
      return await door.fetchDocument(fetchRequest('http://shop.example/'));
    };
    const own = { cert: loopbackCertificate, key: loopbackKey };
    expect(await through(own)).toMatchObject({ kind: 'failed', code: 'proxy-failed' });
    setDefaultCACertificates([...trusted, certificate, loopbackCertificate]);
    expect(await through(own)).toMatchObject({ kind: 'document', body: Buffer.from('ok') });
    expect(await through({ cert: certificate, key: certificateKey })).toMatchObject({ code: 'proxy-failed' });
  });
});

describe('a proxy that', () => {
  test.each<[string, string, (socket: Socket) => void]>([
    ['proxy-failed', 'wants other credentials', (socket) => socket.end('HTTP/1.1 407 Who are you\r\n\r\n')],
    ['proxy-failed', 'lets nobody connect to addresses', (socket) => socket.end('HTTP/1.1 403 No\r\n\r\n')],
    ['proxy-failed', 'is none', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n\r\n')],
    ['proxy-failed', 'hangs up', (socket) => socket.end()],
    ['proxy-failed', 'answers without end', (socket) => socket.write(`HTTP/1.1 200 OK\r\na: ${'x'.repeat(40_000)}`)],
    ['connect-failed', 'cannot reach the host', (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')],
    ['connect-failed', 'waits for the host in vain', (socket) => socket.end('HTTP/1.1 504 Timeout\r\n\r\n')],
  ])('is %s: it %s', async (code, _, answer) => {
    await using broken = await startRawSite(answer);
    const upstream = new URL(`http://user:pass-4412345678@127.0.0.1:${broken.port}`);
    await using door = openDoor('', { lookup: resolvesTo(publicAddress), upstream });
    const outcome = await door.fetchDocument(fetchRequest('http://shop.example/'));
    expect(outcome).toMatchObject({ kind: 'failed', code, requestedAt: null });
    expect(JSON.stringify([outcome, door.events])).not.toContain('4412345678');
    // The operator is told what is between crawler and proxy, not what is amiss with a host.
    const check = checkOperatorProxy(upstream);
    await (code === 'proxy-failed' ? expect(check).rejects.toMatchObject({ code }) : check);
  });

  test('is proxy-failed: it is down', async () => {
    const upstream = new URL('http://127.0.0.1:1');
    await using door = openDoor('', { lookup: resolvesTo(publicAddress), upstream });
    const outcome = await door.fetchDocument(fetchRequest('http://shop.example/'));
    expect(outcome).toMatchObject({ kind: 'failed', code: 'proxy-failed' });
    await expect(checkOperatorProxy(upstream)).rejects.toMatchObject({ code: 'proxy-failed' });
  });

  test('I6: says nothing is left with the request', async () => {
    await using silent = await startRawSite(() => {});
    const upstream = new URL(`http://127.0.0.1:${silent.port}`);
    await using door = openDoor('', { lookup: resolvesTo(publicAddress), upstream });
    const request = fetchRequest('http://shop.example/', { signal: AbortSignal.timeout(200) });
    expect(await door.fetchDocument(request)).toMatchObject({ kind: 'failed', code: 'fetch-timeout' });
    await checkOperatorProxy(upstream);
    await expect.poll(() => silent.connections.every(({ destroyed }) => destroyed)).toBe(true);
  });
});
