import { createDnsLookup } from '@numfleet/egress';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DnsServer, startDnsServer } from './dns-server.ts';

let server: DnsServer;

beforeEach(async () => {
  server = await startDnsServer(() => ({ kind: 'addresses', addresses: ['203.0.113.7', '2001:db8::7'] }));
});
afterEach(() => server[Symbol.asyncDispose]());

/** As the fleet asks. */
const lookUp = (signal = AbortSignal.timeout(10_000)) => createDnsLookup([server.address])('shop.example', signal);

test('answers with the addresses of each family', async () => {
  expect(await lookUp()).toEqual(['203.0.113.7', '2001:db8::7']);
  expect(
    server
      .asked()
      .map(({ type, over }) => `${type} ${over}`)
      .toSorted(),
  ).toEqual(['A udp', 'AAAA udp']);
});

describe('can be told', () => {
  test('to lie about one name only', async () => {
    server.set(({ type }) => ({ kind: 'addresses', addresses: type === 'A' ? ['127.0.0.1'] : [] }));
    expect(await lookUp()).toEqual(['127.0.0.1']);
  });

  test.each(['servfail', 'nxdomain'] as const)('to answer with %s', async (kind) => {
    server.set(() => ({ kind }));
    expect(await lookUp()).toEqual([]);
    expect(server.asked().length).toBeGreaterThanOrEqual(2);
  });

  test('to truncate, so that it is asked over TCP', async () => {
    server.set(() => ({ kind: 'truncated', addresses: ['203.0.113.9'] }));
    expect(await lookUp()).toEqual(['203.0.113.9']);
    expect(server.asked().filter(({ over }) => over === 'tcp').length).toBeGreaterThan(0);
  });

  test('to take its time', async () => {
    server.set(() => ({ kind: 'addresses', addresses: ['203.0.113.7'] }), 300);
    const began = performance.now();
    expect(await lookUp()).toEqual(['203.0.113.7']);
    expect(performance.now() - began).toBeGreaterThan(290);
  });

  test('to say nothing', async () => {
    server.set(() => ({ kind: 'silent' }));
    const began = performance.now();
    expect(await lookUp(AbortSignal.timeout(400))).toEqual([]);
    expect(performance.now() - began).toBeGreaterThan(390);
  });

  test('to die', async () => {
    await server.die();
    expect(await lookUp()).toEqual([]);
    expect(server.asked()).toEqual([]);
  });
});
