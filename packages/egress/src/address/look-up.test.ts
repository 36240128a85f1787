import { describe, expect, test } from 'vitest';
import { createDnsLookup } from '../index.ts';
import { type DnsAnswer, startDnsServer } from '../testing/test-dns.ts';

const signal = () => AbortSignal.timeout(5_000);
const addresses = (...all: string[]): DnsAnswer => ({ kind: 'addresses', addresses: all });

describe('a look-up', () => {
  test('gives the addresses of both families in turn, and those of one where the other has none', async () => {
    const names: Record<string, DnsAnswer> = {
      'both.example': addresses('192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1'),
      'old.example': addresses('192.0.2.9'),
      'new.example': addresses('2001:db8::9'),
    };
    await using server = await startDnsServer(({ name }) => names[name] ?? { kind: 'nxdomain' });
    const lookup = createDnsLookup([server.address]);
    const both = await lookup('both.example', signal());
    expect(both.addresses[1]).toBe('2001:db8::1');
    expect(both.addresses.toSorted()).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '2001:db8::1']);
    expect(await lookup('old.example', signal())).toEqual({ addresses: ['192.0.2.9'], ttlSeconds: 60 });
    expect(await lookup('new.example', signal())).toEqual({ addresses: ['2001:db8::9'], ttlSeconds: 60 });
  });

  test('tells the least TTL of its records', async () => {
    await using server = await startDnsServer(({ type }) => ({
      kind: 'addresses',
      addresses: ['192.0.2.1', '2001:db8::1'],
      ttl: type === 'A' ? 300 : 20,
    }));
    expect((await createDnsLookup([server.address])('shop.example', signal())).ttlSeconds).toBe(20);
  });

  test.each(['nxdomain', 'addresses'] as const)('of a name without addresses (%s) gives none', async (kind) => {
    await using server = await startDnsServer(() => (kind === 'nxdomain' ? { kind } : addresses()));
    expect(await createDnsLookup([server.address])('none.example', signal())).toEqual({ addresses: [], ttlSeconds: 0 });
    expect(server.asked().map(({ type }) => type)).toEqual(['A', 'AAAA']);
  });

  test('whose server fails is an error, and asks it no second time', async () => {
    await using server = await startDnsServer(() => ({ kind: 'servfail' }));
    await expect(createDnsLookup([server.address])('broken.example', signal())).rejects.toThrow();
    expect(server.asked()).toHaveLength(2);
  });

  test('takes a truncated answer over TCP', async () => {
    await using server = await startDnsServer(() => ({ kind: 'truncated', addresses: ['203.0.113.9'] }));
    expect((await createDnsLookup([server.address])('shop.example', signal())).addresses).toEqual(['203.0.113.9']);
    expect(server.asked().some(({ over }) => over === 'tcp')).toBe(true);
  });
});

describe('several name servers', () => {
  test('a dead one is passed over at once, a silent one after 1.5 s; then the one that answered goes first', async () => {
    await using silent = await startDnsServer(() => ({ kind: 'silent' }));
    await using dead = await startDnsServer(() => ({ kind: 'silent' }));
    await dead.die();
    await using good = await startDnsServer(() => addresses('192.0.2.1'));
    for (const [bad, leastMs, mostMs] of [
      [dead, 0, 1_000],
      [silent, 1_400, 3_000],
    ] as const) {
      const lookup = createDnsLookup([bad.address, good.address]);
      const began = performance.now();
      expect((await lookup('shop.example', signal())).addresses).toEqual(['192.0.2.1']);
      const first = performance.now() - began;
      expect(first).toBeGreaterThan(leastMs);
      expect(first).toBeLessThan(mostMs);
      const asked = bad.asked().length;
      expect((await lookup('shop.example', signal())).addresses).toEqual(['192.0.2.1']);
      expect(bad.asked()).toHaveLength(asked);
    }
  });

  test('one that fails does not keep the next from being asked', async () => {
    await using bad = await startDnsServer(() => ({ kind: 'servfail' }));
    await using good = await startDnsServer(() => addresses('192.0.2.1'));
    const lookup = createDnsLookup([bad.address, good.address]);
    expect((await lookup('shop.example', signal())).addresses).toEqual(['192.0.2.1']);
  });
});

describe.concurrent('I6: a silent server', () => {
  test('is asked again twice and given up after 4.5 s', async () => {
    await using server = await startDnsServer(() => ({ kind: 'silent' }));
    const began = performance.now();
    await expect(
      createDnsLookup([server.address])('silent.example', AbortSignal.timeout(20_000)),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(server.asked()).toHaveLength(6);
  });

  test('is left when the signal says so', async () => {
    await using server = await startDnsServer(() => ({ kind: 'silent' }));
    const began = performance.now();
    const lookup = createDnsLookup([server.address]);
    await expect(lookup('silent.example', AbortSignal.timeout(100))).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  test('of one family costs no more than time: the other’s addresses are given', async () => {
    await using server = await startDnsServer(({ type }) =>
      type === 'A' ? addresses('192.0.2.1') : { kind: 'silent' },
    );
    const lookup = createDnsLookup([server.address]);
    expect((await lookup('old.example', AbortSignal.timeout(20_000))).addresses).toEqual(['192.0.2.1']);
  });
});
