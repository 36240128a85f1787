import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, isIP, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConnect } from './address/guarded-connect.ts';
import { createNameCache } from './address/name-cache.ts';
import { openSocket } from './address/open-socket.ts';
import { createDnsLookup, type Door, type EgressProxy } from './index.ts';
import { parseEgressHosts } from './rules-door.ts';
import { askProxy } from './testing/ask-proxy.ts';
import { notPublic } from './testing/not-public.ts';
import { fetchRequest, openDoor, startSite, type TestDoor } from './testing/sites.ts';
import { type DnsServer, startDnsServer } from './testing/test-dns.ts';

/** Hosts in further disguises; not all of them are an address, and none may lead to one. */
const disguises = [
  ...[
    '127.0.0.1..',
    '127.0.0.1%2e',
    '%6c%6f%63%61%6c%68%6f%73%74',
    'localhost.localhost',
    'ｌｏｃａｌｈｏｓｔ',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  ],
  ...['0x7F.0x0.0x0.0x1', '00000177.0.0.1', '0177.1', '127.0x1', '0x7f.0.0.01', '0.0', '0x0', '00', '0.0.0.0.'],
  ...[
    '127。1',
    '１２７.1',
    '𝟏𝟐𝟕.𝟎.𝟎.𝟏',
    '127．0．0．1',
    '127｡0｡0｡1',
    '١٢٧.٠.٠.١',
    '127.0.0.1\u00ad',
    '127.0.0.\u200b1',
  ],
  ...['2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '169.16689662', '0xa9.254.0251.254'],
  ...['167772161', '0xc0a80101', '192.168.257', '0254.020.1', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]'],
  ...['[0000:0000:0000:0000:0000:0000:0000:0001]', '[::0:1]', '[0::1]', '[::ffff:0a00:1]', '[::a9fe:a9fe]', '[::%31]'],
  ...['[2002:a9fe:a9fe::1]', '[2002:0a00:0001::]', '[2001:0:4136:e378:8000:63bf:80ff:fffe]', '[64:ff9b::192.168.1.1]'],
  ...[
    '[64:ff9b::6440:1]',
    '[64:ff9b:1:7f00:0:100::]',
    '[fe80::1%25eth0]',
    '[fe80::1%lo]',
    '[::1%25lo]',
    '[fd12:3456::1]',
  ],
];

/** URLs whose host is another than it seems to be; PORT is that of the listener. */
const deceits = [
  ...['http://shop.test@127.0.0.1:PORT/', 'http://shop.test:80@127.0.0.1:PORT/', 'http://shop.test%40127.0.0.1:PORT/'],
  ...['http://a:b@localhost:PORT/', 'http://shop.test%00@127.0.0.1:PORT/', 'http:\\\\127.0.0.1:PORT/'],
  ...[
    'http:127.0.0.1:PORT/',
    'http:/127.0.0.1:PORT/',
    'http:////127.0.0.1:PORT/',
    'http://127.0.0.1:PORT\\@shop.test/',
  ],
  ...['http://127.0.0.1:PORT#@shop.test/', 'http://127.0.0.1:PORT?@shop.test/', 'ht\ntp://127.0.0.1:PORT/'],
  ...['http://127.0.\t0.1:PORT/', 'HTTP://LocalHost:PORT/', 'http://127.0.0.1:0PORT/', 'http://[::1]:PORT/'],
  ...['http://8.8.8.8:22/', 'http://8.8.8.8:25/', 'http://8.8.8.8:6667/', 'http://[2606:4700::1111]:587/'],
];

/** Of `notPublic`, what a name server can answer. */
const addresses = notPublic.map((host) => host.replace(/^\[|\]$/g, '')).filter((host) => isIP(host) !== 0);
const hosts = [...notPublic, ...disguises];
const publicAddress = '8.8.8.8';
const attacks: string[] = [];

let listener: Awaited<ReturnType<typeof plantListener>>;
let dns: DnsServer;
let door: TestDoor;
let proxy: EgressProxy;

beforeAll(async () => {
  listener = await plantListener();
  // `m7-1.example` is the address number 7 after a public one, `m7-2.example` before it, `a7.example` alone.
  dns = await startDnsServer(({ name }) => {
    const [, kind, index, turn] = /^([am])(\d+)(?:-(\d))?\.example$/.exec(name) ?? [];
    const address = addresses[Number(index)];
    if (address === undefined) return { kind: 'nxdomain' };
    const other = address.includes(':') ? '2606:4700::1111' : publicAddress;
    const mixed = turn === '1' ? [other, address] : [address, other];
    return { kind: 'addresses', addresses: kind === 'a' ? [address] : mixed };
  });
  door = openDoor('', { lookup: createDnsLookup([dns.address]) });
  proxy = await door.startProxy();
});
afterAll(async () => {
  console.log(`${attacks.length} attacks were refused, ${new Set(attacks).size} different ones.`);
  await door[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
  await listener[Symbol.asyncDispose]();
});

/** The attacks of a list that were not refused; none may be. */
async function unrefused(by: string, list: readonly string[], isRefused: (attack: string) => Promise<boolean>) {
  const passed: string[] = [];
  for (const attack of list) {
    if (await isRefused(attack)) attacks.push(`${by} ${attack}`);
    else passed.push(attack);
  }
  return passed;
}

const names = [
  ...addresses.map((_, index) => `a${index}.example`),
  ...addresses.map((_, index) => `m${index}-1.example`),
  ...addresses.map((_, index) => `m${index}-2.example.`),
];

/** These are addresses, and must be refused as such; the other spellings may also pass for no host at all. */
const certain = new Set([...notPublic.filter((host) => host !== '::1'), ...names]);

describe('I5: no attack on what is not public is dialled', () => {
  test(`${hosts.length} spellings, ${names.length} names and ${deceits.length} URLs, fetched`, async () => {
    const urls = [...[...hosts, ...names].map((host) => `http://${host}:PORT/`), ...deceits].map(here);
    expect(await unrefused('fetch', urls, (url) => isRefusedFetch(door, url, url))).toEqual([]);
    expect(listener.connections()).toBe(0);
  });

  test('the same, redirected to', async () => {
    await using site = await startSite((request, response) => {
      const to = decodeURIComponent(new URL(request.url ?? '', 'http://x').searchParams.get('to') ?? '');
      response.writeHead(302, { location: Buffer.from(to).toString('latin1') }).end();
    });
    await using open = openDoor(`shop.test=127.0.0.1:${site.port}`, { lookup: createDnsLookup([dns.address]) });
    const urls = [...[...hosts, ...names].map((host) => `http://${host}:PORT/`), ...deceits].map(here);
    // Relative to a page of that scheme, and so a path of its own site.
    const abroad = urls.filter((url) => URL.parse(url, 'http://shop.test/')?.hostname !== 'shop.test');
    const isRefused = async (url: string) => {
      const via = `http://shop.test/?to=${encodeURIComponent(encodeURIComponent(url.replace(/[\t\n]/g, '')))}`;
      const outcome = await open.fetchDocument(fetchRequest(via, { redirectsWithin: 'host' }));
      if (outcome.kind !== 'redirect') return outcome.kind === 'failed' && outcome.code === 'malformed-response';
      return await isRefusedFetch(open, outcome.to, url);
    };
    expect(await unrefused('redirect', abroad, isRefused)).toEqual([]);
    expect(site.requests).toHaveLength(abroad.length);
    expect(listener.connections()).toBe(0);
  });

  test.each([
    ['CONNECT', (host: string) => `CONNECT ${host} HTTP/1.1\r\nHost: shop.test\r\nAUTH\r\n`],
    ['absolute form', (host: string) => `GET http://${host}/ HTTP/1.1\r\nHost: shop.test\r\nAUTH\r\n`],
    [
      'a websocket in a tunnel',
      (host: string) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\nAUTH\r\n${upgrade(host, '/')}`,
    ],
    ['a websocket in absolute form', (host: string) => upgrade(host, `http://${host}/`)],
  ])('the same, of the proxy by %s', async (by, head) => {
    const isRefused = async (host: string) => {
      const answer = await askProxy(proxy, (auth) => head(here(`${host}:PORT`)).replace('AUTH', auth));
      // What is no ASCII is no HTTP either.
      const mayBeNoHost = !certain.has(host) || /[^\x21-\x7e]/.test(host);
      return (mayBeNoHost ? /^HTTP\/1\.1 (?:400|403|502) / : /^HTTP\/1\.1 403 /).test(answer);
    };
    expect(await unrefused(by, [...hosts, ...names], isRefused)).toEqual([]);
    expect(listener.connections()).toBe(0);
  });

  test('a name that rebinds: public when it is first asked for, then not', async () => {
    let turn = 0;
    await using server = await startDnsServer(({ name }) => {
      const address = addresses[Number(/^r(\d+)/.exec(name)?.[1])] ?? '';
      return { kind: 'addresses', addresses: [turn === 0 ? publicAddress : address], ttl: 0 };
    });
    const dialled: string[] = [];
    let passedMs = 0;
    const closing = new AbortController();
    const emit = () => {};
    const resolve = createNameCache({
      ...{ lookup: createDnsLookup([server.address]), emit, closing: closing.signal },
      now: () => performance.now() + passedMs,
    });
    const connect = createConnect({
      ...{ hosts: parseEgressHosts(''), resolve, emit, contact: 'ops@example', closing: closing.signal },
      open: async (target, signal) => {
        dialled.push(target.address);
        // No test may dial a public address.
        if (target.address === publicAddress) throw new Error('not dialled');
        return await openSocket(target, signal);
      },
    });
    const isRefused = async (hostname: string) => {
      const attempt = () => connect({ hostname, port: listener.port, signal: AbortSignal.timeout(5_000) });
      turn = 0;
      const first = await codeOf(attempt());
      const kept = await codeOf(attempt());
      turn = 1;
      passedMs += 6_000;
      return first === 'connect-failed' && kept === 'connect-failed' && (await codeOf(attempt())) === 'address-refused';
    };
    const rebinding = addresses.map((_, index) => `r${index}.example`);
    expect(await unrefused('rebinding', rebinding, isRefused)).toEqual([]);
    expect(new Set(dialled)).toEqual(new Set([publicAddress]));
    expect(listener.connections()).toBe(0);
    closing.abort();
  });

  test('at least 150 different attacks were refused', () => {
    expect(new Set(attacks).size).toBeGreaterThan(150);
  });
});

test('positive control: the same listener is reached each of these ways where the operator allows it', async () => {
  const { port } = listener;
  await using open = openDoor(`shop.test=127.0.0.1:${port},127.0.0.1=127.0.0.1:${port}`);
  await using through = await open.startProxy();
  for (const url of ['http://shop.test/', 'http://2130706433/', 'http://a:b@127.1/']) {
    expect(await open.fetchDocument(fetchRequest(url))).toMatchObject({ kind: 'document', status: 200 });
  }
  for (const [head, answered] of [
    [
      `CONNECT shop.test:80 HTTP/1.1\r\nHost: shop.test\r\nAUTH\r\n${upgrade('shop.test', '/')}`,
      /^HTTP\/1\.1 200 .*\r\n\r\nHTTP\/1\.1 101 /,
    ],
    ['GET http://127.0.0.1/ HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\nAUTH\r\n', /^HTTP\/1\.1 200 /],
  ] as const) {
    expect(await askProxy(through, (auth) => head.replace('AUTH', auth))).toMatch(answered);
  }
  // Connections are kept for the next request of the same origin.
  expect(listener.connections()).toBe(5);
});

const here = (text: string) => text.replace('PORT', String(listener.port));

function upgrade(host: string, target: string): string {
  const websocket = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n';
  const auth = target === '/' ? '' : 'AUTH';
  return `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${websocket}Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n${auth}\r\n`;
}

/** Whether an attack is no URL, or its fetch failed before anything was dialled. */
async function isRefusedFetch({ fetchDocument }: Door, url: string, attack: string): Promise<boolean> {
  if (!URL.canParse(url)) return !certain.has(hostOf(attack));
  const outcome = await fetchDocument(fetchRequest(url));
  const codes = certain.has(hostOf(attack)) ? ['address-refused'] : ['address-refused', 'dns-failed'];
  return outcome.kind === 'failed' && codes.includes(outcome.code) && outcome.requestedAt === null;
}

/** As it is spelt. */
const hostOf = (url: string) => url.replace(/^http:\/\//, '').replace(/:\d+\/$/, '');

async function codeOf(connecting: Promise<Socket>): Promise<string> {
  return await connecting.then(
    (socket) => `connected to ${socket.destroy().remoteAddress}`,
    (error: { code?: string }) => error.code ?? 'unknown',
  );
}

/** On every address of this machine: all of 127.0.0.0/8, `::1`, `0.0.0.0`. */
async function plantListener() {
  let connections = 0;
  const server = createServer((_, response) => response.end('secret'));
  server.on('connection', () => {
    connections += 1;
  });
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
  await once(server.listen(0), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
