import { once } from 'node:events';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Resolved } from '../index.ts';
import { parseEgressHosts } from '../rules-door.ts';
import { notPublic } from '../testing/not-public.ts';
import { fetchRequest, openDoor, resolvesTo, startSite } from '../testing/sites.ts';
import type { EgressTarget } from './egress-hosts.ts';
import { type Connect, createConnect } from './guarded-connect.ts';
import type { Resolve } from './name-cache.ts';
import { type OpenSocket, openSocket } from './open-socket.ts';

const signal = () => AbortSignal.timeout(5_000);

/** The guard without a network: no test may dial a public address. */
function guard(resolve: Resolve, open: OpenSocket): Connect {
  const closing = new AbortController().signal;
  return createConnect({ hosts: parseEgressHosts(''), resolve, open, emit: () => {}, contact: 'ops@example', closing });
}

describe('I5: the guard', () => {
  test.each(notPublic)('refuses %s as a literal', async (hostname) => {
    await using door = openDoor('');
    await expect(door.connect({ hostname, port: 80, signal: signal() })).rejects.toMatchObject({
      code: 'address-refused',
    });
    expect(door.events).toEqual([{ type: 'egress.refused', reason: 'private-address' }]);
  });

  test.each(notPublic.filter((host) => /^[\d.]+$|^\[/.test(host) && /\..*\..*\.\d|\[/.test(host)))(
    'refuses a name that resolves to %s, and one that resolves to it and a public address',
    async (address) => {
      const literal = address.replace(/[[\]]/g, '');
      for (const addresses of [[literal], ['8.8.8.8', literal], [literal, '2606:4700::1']]) {
        await using door = openDoor('', { lookup: resolvesTo(...addresses) });
        const refused = door.connect({ hostname: 'rebind.example', port: 80, signal: signal() });
        await expect(refused).rejects.toMatchObject({ code: 'address-refused' });
      }
    },
  );

  test('negative control: the same server is reached when, and only when, the operator says so', async () => {
    await using site = await startSite((_, response) => response.end('hello'));
    await using closed = openDoor('', { lookup: resolvesTo('127.0.0.1') });
    await using open = openDoor(`shop.test=127.0.0.1:${site.port}`);

    const refused = await closed.fetchDocument(fetchRequest(`http://shop.test:${site.port}/`));
    expect(refused).toMatchObject({ kind: 'failed', code: 'address-refused', requestedAt: null });
    expect(site.connections).toHaveLength(0);

    for (const url of ['http://shop.test/', 'http://shop.test:9999/', 'http://shop.test:22/', 'http://SHOP.test./']) {
      expect(await open.fetchDocument(fetchRequest(url))).toMatchObject({ kind: 'document', status: 200 });
    }
    expect(site.requests).toHaveLength(4);
  });

  test('an address that is itself in the list is reached in any spelling', async () => {
    await using site = await startSite((_, response) => response.end());
    await using door = openDoor(`127.0.0.1=127.0.0.1:${site.port}`);
    expect(await door.fetchDocument(fetchRequest('http://0x7f.1/'))).toMatchObject({ kind: 'document' });
  });

  test('pins: a rebinding name is resolved once a connection, and dialled is the very address that was checked', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']];
    const dialled: EgressTarget[] = [];
    const connect = guard(
      async () => answers.shift() ?? [],
      async (target) => {
        dialled.push(target);
        return new Socket();
      },
    );
    await connect({ hostname: 'rebind.example', port: 443, signal: signal() });
    expect(answers).toHaveLength(1);
    const second = connect({ hostname: 'rebind.example', port: 443, signal: signal() });
    await expect(second).rejects.toMatchObject({ code: 'address-refused' });
    expect(dialled).toEqual([{ address: '8.8.8.8', port: 443 }]);
  });

  test('dials the addresses of a host in order until one answers, three at most; honest neighbours of private ranges pass', async () => {
    const neighbours = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '192.169.0.1', '2606:4700::1111', '64:ff9b::808:808'];
    for (const [addresses, reachable, expected] of [
      [neighbours.slice(0, 3), '172.32.0.1', ['8.8.8.8', '172.32.0.1']],
      [neighbours.slice(3), '64:ff9b::808:808', neighbours.slice(3)],
      [neighbours, 'none', neighbours.slice(0, 3)],
    ] as const) {
      const dialled: string[] = [];
      const connect = guard(
        async () => [...addresses],
        async ({ address }) => {
          dialled.push(address);
          if (address !== reachable) throw new Error('unreachable');
          return new Socket();
        },
      );
      const outcome = await connect({ hostname: 'public.example', port: 80, signal: signal() }).catch((error) => error);
      expect(outcome).toMatchObject(reachable === 'none' ? { code: 'connect-failed' } : { connecting: false });
      expect(dialled).toEqual(expected);
    }
  });

  test.each([0, 22, 25, 6667, 65_536])('refuses port %i', async (port) => {
    await using door = openDoor('', { lookup: resolvesTo('8.8.8.8') });
    const refused = door.connect({ hostname: 'public.example', port, signal: signal() });
    await expect(refused).rejects.toMatchObject({ code: 'address-refused' });
    expect(door.events).toEqual([{ type: 'egress.refused', reason: 'bad-port' }]);
  });

  test.each([
    '',
    'a b',
    'evil@127.0.0.1',
    'shop.test/x',
    'shop.test:80',
    'shop.test#',
    '[::1',
    'fe80::1%eth0',
    `${'a'.repeat(64)}.test`,
  ])('takes %j for no host name', async (hostname) => {
    await using door = openDoor('*.test=127.0.0.1:9');
    await expect(door.connect({ hostname, port: 80, signal: signal() })).rejects.toMatchObject({ code: 'dns-failed' });
    expect(door.events).toEqual([{ type: 'egress.refused', reason: 'bad-name' }]);
  });

  test('I11: without a contact no public host is looked up or reached, and an overridden one is', async () => {
    let asked = 0;
    const lookup = async () => ({ addresses: [`8.8.8.${asked++}`], ttlSeconds: 0 });
    await using site = await startSite((_, response) => response.end());
    await using door = openDoor(`shop.test=127.0.0.1:${site.port}`, { lookup, contact: null });
    expect(await door.fetchDocument(fetchRequest('http://public.example/'))).toMatchObject({
      kind: 'refused',
      code: 'contact-missing',
      requestedAt: null,
    });
    expect(await door.fetchDocument(fetchRequest('http://8.8.8.8/'))).toMatchObject({ code: 'contact-missing' });
    expect(await door.fetchDocument(fetchRequest('http://10.0.0.1/'))).toMatchObject({ code: 'address-refused' });
    expect(asked).toBe(0);
    const refusals = door.events.flatMap((event) => (event.type === 'egress.refused' ? [event.reason] : []));
    expect(refusals).toEqual(['contact-missing', 'contact-missing', 'private-address']);
    expect(await door.fetchDocument(fetchRequest('http://shop.test/'))).toMatchObject({ kind: 'document' });
  });
});

describe('looking names up', () => {
  test('simultaneous look-ups of a name are one; whoever waits may leave, the others get their answer', async () => {
    const answer = Promise.withResolvers<Resolved>();
    let asked = 0;
    const lookup = () => {
      asked += 1;
      return answer.promise;
    };
    await using door = openDoor('', { lookup });
    const leaving = new AbortController();
    const left = door.connect({ hostname: 'slow.example', port: 80, signal: leaving.signal });
    const stayed = door.connect({ hostname: 'slow.example', port: 80, signal: signal() });
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'aborted' });
    answer.resolve({ addresses: ['10.0.0.1'], ttlSeconds: 60 });
    await expect(stayed).rejects.toMatchObject({ code: 'address-refused' });
    expect(asked).toBe(1);
  });

  test('a name without an answer has failed, and its error names no host', async () => {
    const lookups = [resolvesTo(), () => Promise.reject(new Error('ENOTFOUND secret-4412345678.example'))];
    for (const lookup of lookups) {
      await using door = openDoor('', { lookup });
      const outcome = await door.fetchDocument(fetchRequest('http://secret-4412345678.example/'));
      expect(outcome).toMatchObject({ kind: 'failed', code: 'dns-failed', requestedAt: null });
      expect(JSON.stringify([outcome, door.events])).not.toContain('4412345678');
    }
  });

  test('I6: a look-up that never answers ends with the door, and with its caller', async () => {
    await using door = openDoor('', { lookup: () => new Promise(() => {}) });
    const started = performance.now();
    const outcome = await door.fetchDocument(
      fetchRequest('http://hangs.example/', { signal: AbortSignal.timeout(100) }),
    );
    expect(outcome).toMatchObject({ kind: 'failed', code: 'fetch-timeout', requestedAt: null });
    const waiting = door.connect({ hostname: 'hangs.example', port: 80, signal: signal() });
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'aborted' }), door[Symbol.asyncDispose]()]);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

test('a host whose port is closed is connect-failed; an open one gives a socket that is the caller’s', async () => {
  await using site = await startSite((_, response) => response.end());
  const { port } = site;
  await using door = openDoor(`up.test=127.0.0.1:${port},down.test=127.0.0.1:1`);
  await expect(door.connect({ hostname: 'down.test', port: 80, signal: signal() })).rejects.toMatchObject({
    code: 'connect-failed',
  });
  const socket = await door.connect({ hostname: 'up.test', port: 80, signal: signal() });
  expect(socket.remotePort).toBe(port);
  socket.end();
  await once(socket, 'close');
});

test('I8: a connection holds its place until it is closed, and one that was not made holds none', async () => {
  await using site = await startSite((_, response) => response.end());
  const closing = new AbortController();
  const connect = createConnect({
    ...{ hosts: parseEgressHosts(`up.test=127.0.0.1:${site.port},down.test=127.0.0.1:1`), resolve: async () => [] },
    ...{ open: openSocket, emit: () => {}, contact: null, closing: closing.signal },
    limits: { perHost: 1, total: 1 },
  });
  const to = (hostname: string, ms = 5_000) => connect({ hostname, port: 80, signal: AbortSignal.timeout(ms) });
  for (let time = 0; time < 2; time += 1)
    await expect(to('down.test')).rejects.toMatchObject({ code: 'connect-failed' });
  const first = await to('up.test');
  await expect(to('up.test', 100)).rejects.toMatchObject({ code: 'aborted' });
  const second = to('up.test');
  first.destroy();
  (await second).destroy();
  expect(site.connections).toHaveLength(2);
});
