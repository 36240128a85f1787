import { randomBytes } from 'node:crypto';
import { wireUrl } from '@numfleet/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUrlCodec, normaliseUrl } from './index.ts';
import { holdsDigits } from './testing/written-numbers.ts';

const codec = createUrlCodec({ key: randomBytes(32) });

const sensitive = [
  'https://shop.test/call/4915112345678',
  'https://shop.test/1234567',
  'https://shop.test/item/20261123',
  'https://shop.test/?q=+49-151-1234-567',
  'https://shop.test/?tel=%2B49%20151%201234567',
  'https://shop.test/a%30%31%32%33%34%35%36',
  'https://shop.test/a%2530%2531%2532%2533%2534%2535%2536',
  'https://shop.test/%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96%EF%BC%97',
  'https://shop.test/(0151)1234567',
  'https://shop.test/2026-11-23-7',
  'https://13800138000.test/',
  'https://127.0.0.1/1234567',
];
const plain = [
  'https://shop.test/',
  'https://shop.test:8080/p/123456',
  'https://shop.test/2026-11-23/news',
  'https://shop.test/2026/11/23/news',
  'http://192.168.100.200:39011/p/12',
];

describe('I3: createUrlCodec', () => {
  test.each(sensitive)('%s is sensitive, crosses encrypted and is shown redacted', (url) => {
    const wire = wireUrl.parse(codec.toWire(url));
    expect(codec.isSensitive(url)).toBe(true);
    expect(wire).toEqual({ c: expect.any(String) });
    expect(codec.fromWire(wire)).toBe(url);
    expect(codec.redact(url)).toContain('[phone]');
    expect(holdsDigits(codec.redact(url), '1234567')).toBe(false);
  });

  test.each(plain)('%s is not sensitive and crosses as it is', (url) => {
    expect(codec.toWire(url)).toEqual({ p: url });
    expect(codec.fromWire({ p: url })).toBe(url);
    expect(codec.redact(url)).toBe(url);
  });

  test('every URL comes back as it went, and none with 7 digits in a row goes in plain', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withQueryParameters: true, size: 'xsmall' }),
        fc.stringMatching(/^[0-9]{0,15}$/),
        (url, digits) => {
          const normal = normaliseUrl(`${url}${url.includes('?') ? '&' : '?'}n=${digits}`);
          fc.pre(normal !== null);
          const wire = codec.toWire(normal);
          expect(codec.fromWire(wire)).toBe(normal);
          if (/[0-9]{7}/.test(normal)) expect(wire).toHaveProperty('c');
          expect(codec.isSensitive(normal)).toBe(codec.redact(normal) !== normal);
        },
      ),
    );
  });

  test('the same URL is encrypted differently each time', () => {
    const url = 'https://shop.test/4915112345678';
    expect(codec.toWire(url)).not.toEqual(codec.toWire(url));
  });

  test('another key, a changed byte and rubbish are refused with key-wrong, and nothing of the URL', () => {
    const { c } = codec.toWire('https://shop.test/4915112345678') as { c: string };
    const changed = Buffer.from(c, 'base64');
    changed[20] = (changed[20] ?? 0) ^ 1;
    const other = createUrlCodec({ key: randomBytes(32) });
    const attempts = [() => other.fromWire({ c }), () => codec.fromWire({ c: changed.toString('base64') })];
    for (const attempt of [...attempts, () => codec.fromWire({ c: 'AAAA' })]) {
      expect(attempt).toThrow(
        expect.objectContaining({ code: 'key-wrong', message: expect.not.stringContaining('shop') }),
      );
    }
  });
});
