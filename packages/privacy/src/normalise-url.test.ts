import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseUrl } from './index.ts';

const same: [string, string][] = [
  ['HTTP://Shop.TEST:80/a#top', 'http://shop.test/a'],
  ['https://user:pass@shop.test:443/', 'https://shop.test/'],
  ['http://shop.test', 'http://shop.test/'],
  ['http://shop.test/a/./b/../c', 'http://shop.test/a/c'],
  ['http://shop.test/%7euser/%41%2dz', 'http://shop.test/~user/A-z'],
  ['http://shop.test/?q=%c3%a9%2f', 'http://shop.test/?q=%C3%A9%2F'],
  ['http://shop.test/é', 'http://shop.test/%C3%A9'],
  ['http://shop.test/%%34%31', 'http://shop.test/A'],
  ['http://shop.test/a/%2%65%2%65/b', 'http://shop.test/b'],
  ['http://bücher.test/', 'http://xn--bcher-kva.test/'],
  ['http://0x7f.1/', 'http://127.0.0.1/'],
  [' http://shop.test/a\tb ', 'http://shop.test/ab'],
  ['http://shop.test/?', 'http://shop.test/'],
  ['http://shop.test/a?utm_source=x&b=1&UTM_Campaign=y&fbclid=z', 'http://shop.test/a?b=1'],
  ['http://shop.test/a?gclid=x', 'http://shop.test/a'],
  ['http://shop.test/a?%75tm_source=x', 'http://shop.test/a'],
  ['http://shop.test/a?b=1&&c', 'http://shop.test/a?b=1&&c'],
  ['http://shop.test/a?id=7&PHPSESSID=1', 'http://shop.test/a?id=7'],
  ['http://shop.test/a?sid=3f2a9c0d1b4e5f6a7b8c9d0e1f2a3b4c', 'http://shop.test/a'],
  ['http://shop.test/a;jsessionid=1A2B3C.node1?b=1', 'http://shop.test/a?b=1'],
  ['http://shop.test/.;jsessionid=1/a', 'http://shop.test/a'],
  ['http://shop.test/(S(lit3py55t21z5v55vlm25s55))/a', 'http://shop.test/a'],
  // What looks alike and tells pages apart.
  ['http://shop.test/a?sid=12&s=red+shoes&ref=home', 'http://shop.test/a?sid=12&s=red+shoes&ref=home'],
  ['http://shop.test/a?session=2026&token=abc', 'http://shop.test/a?session=2026&token=abc'],
  ['http://shop.test/(S)/a?butm_source=1', 'http://shop.test/(S)/a?butm_source=1'],
  [`http://shop.test/${'a'.repeat(2_031)}`, `http://shop.test/${'a'.repeat(2_031)}`],
];

const refused = [
  '',
  'shop.test',
  'ftp://shop.test/',
  'tel:+442079460958',
  'javascript:alert(1)',
  'http://',
  'http://a b/',
  'http://shop.test:99999/',
  `http://shop.test/${'a'.repeat(2_032)}`,
  `http://shop.test/${'\t'.repeat(100_000)}`,
];

describe('normaliseUrl', () => {
  test.each(same)('%j becomes %j', (input, expected) => {
    expect(normaliseUrl(input)).toBe(expected);
  });

  test.each(refused)('%j is refused', (input) => {
    expect(normaliseUrl(input)).toBeNull();
  });

  test('a relative URL is read against its base', () => {
    expect(normaliseUrl('../b?x#y', 'http://shop.test/a/c/')).toBe('http://shop.test/a/b?x');
    expect(normaliseUrl('b', 'no base')).toBeNull();
  });

  test('is idempotent, and holds neither fragment nor credentials, for anything that looks like a URL', () => {
    const bits = fc.constantFrom(
      'http://',
      'a.test',
      '/',
      '%',
      '25',
      '2e',
      '%41',
      '.',
      '..',
      '?',
      '#',
      '@',
      ':',
      'é',
      '\\',
      '&utm_a=1',
      ';jsessionid=',
      '&sid=0123456789abcdef',
      '(S(abcdefghijklmnopqrst0))',
      '8',
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 30 }), (parts) => {
        const once = normaliseUrl(`http://shop.test/${parts.join('')}`);
        fc.pre(once !== null);
        expect(normaliseUrl(once)).toBe(once);
        expect(new URL(once)).toMatchObject({ hash: '', username: '', password: '' });
      }),
      { numRuns: 2_000 },
    );
  });
});

const urlStandard = path.resolve(process.env.NUMFLEET_CORPORA ?? '../shared/data', 'cases/urls.json');
const isMissing = !existsSync(urlStandard) && process.env.CI !== 'true';

test.skipIf(isMissing)("the URL standard's own cases: never throws, is idempotent, and agrees on the origin", () => {
  const cases = (JSON.parse(readFileSync(urlStandard, 'utf8')) as (string | UrlCase)[]).filter(
    (c) => typeof c !== 'string',
  );
  let kept = 0;
  for (const { input, base, origin } of cases) {
    const once = normaliseUrl(input, base ?? undefined);
    if (once === null) continue;
    kept += 1;
    expect(normaliseUrl(once)).toBe(once);
    if (origin !== undefined) expect(new URL(once).origin).toBe(origin);
  }
  expect(kept).toBeGreaterThan(150);
});

interface UrlCase {
  input: string;
  base: string | null;
  origin?: string;
}
