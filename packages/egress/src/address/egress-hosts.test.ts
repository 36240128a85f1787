import { describe, expect, test } from 'vitest';
import { parseEgressHosts, registrableDomain, sameOrigin } from '../rules-door.ts';

describe('NUMFLEET_EGRESS_HOSTS', () => {
  test('maps names, wildcards and addresses; exact before wildcard, longer wildcard before shorter', () => {
    const hosts = parseEgressHosts(
      ' Shop.test=127.0.0.1:8080, *.test=127.0.0.1:1 ,*.deep.test=[::1]:2,127.0.0.1=127.0.0.1:3,bücher.test=127.0.0.1:4,',
    );
    expect(hosts.targetOf('shop.test')).toEqual({ address: '127.0.0.1', port: 8080 });
    expect(hosts.targetOf('other.test')?.port).toBe(1);
    expect(hosts.targetOf('a.b.deep.test')).toEqual({ address: '::1', port: 2 });
    expect(hosts.targetOf('127.0.0.1')?.port).toBe(3);
    expect(hosts.targetOf('xn--bcher-kva.test')?.port).toBe(4);
    for (const host of ['test', 'shop.test.evil.example', 'notest', '10.0.0.1'])
      expect(hosts.targetOf(host)).toBeNull();
  });

  test.each([
    'shop.test',
    'shop.test=',
    '=127.0.0.1:80',
    'shop.test=localhost:80',
    'shop.test=127.0.0.1',
    'shop.test=127.0.0.1:0',
    'shop.test=127.0.0.1:65536',
    'shop.test=::1:80',
    'shop.test:80=127.0.0.1:80',
    'http://shop.test=127.0.0.1:80',
    '*.127.0.0.1=127.0.0.1:80',
    '*=127.0.0.1:80',
    'a.test=127.0.0.1:1,a.test=127.0.0.1:2',
    'a.test=127.0.0.1:1=2',
  ])('stops the start at %s', (text) => {
    expect(() => parseEgressHosts(text)).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining('NUMFLEET_EGRESS_HOSTS') }),
    );
  });
});

test('a registrable domain knows suffixes of two labels, private suffixes and hosts that have none', () => {
  const domains = ['www.shop.co.uk', 'a.user.github.io', 'www.shop.test', '127.0.0.1', 'localhost'].map(
    registrableDomain,
  );
  expect(domains).toEqual(['shop.co.uk', 'user.github.io', 'shop.test', '127.0.0.1', 'localhost']);
});

test('an origin is scheme, host and port', () => {
  expect(sameOrigin('http://a.test/x', 'http://A.test:80/y')).toBe(true);
  expect(sameOrigin('http://a.test/', 'https://a.test/')).toBe(false);
  expect(sameOrigin('http://a.test/', 'http://a.test:81/')).toBe(false);
});
