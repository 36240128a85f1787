import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPageKeyer } from './index.ts';

test('one page has one key of 16 bytes however its URL is spelt, and another under another secret', () => {
  const keyOf = createPageKeyer({ key: randomBytes(32) });
  const key = keyOf('https://shop.test/a');
  expect(key).toHaveLength(16);
  expect(keyOf('HTTPS://shop.test:443/%61#b')).toEqual(key);
  expect(keyOf('https://shop.test/A')).not.toEqual(key);
  expect(createPageKeyer({ key: randomBytes(32) })('https://shop.test/a')).not.toEqual(key);
});

test('a sitemap has a key of its own for each host that it speaks for', () => {
  const keyOf = createPageKeyer({ key: randomBytes(32) });
  const keys = [
    keyOf('http://a.test/s.xml'),
    keyOf('http://a.test/s.xml', 'a.test'),
    keyOf('http://a.test/s.xml', 'b.test'),
  ];
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(3);
  expect(keyOf('HTTP://A.test:80/s.xml#x', 'a.test')).toEqual(keys[1]);
});

test('what is no URL is refused without being quoted', () => {
  const keyOf = createPageKeyer({ key: randomBytes(32) });
  const refusal = { code: 'url-unsupported', message: expect.not.stringContaining('442079460958') };
  expect(() => keyOf('tel:+442079460958')).toThrow(expect.objectContaining(refusal));
});
