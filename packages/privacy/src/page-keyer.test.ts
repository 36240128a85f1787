import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPageKeyer } from './index.ts';

test('one page has one key of 32 bytes however its URL is spelt, and another under another secret', () => {
  const keyOf = createPageKeyer({ key: randomBytes(32) });
  const key = keyOf('https://shop.test/a');
  expect(key).toHaveLength(32);
  expect(keyOf('HTTPS://shop.test:443/%61#b')).toEqual(key);
  expect(keyOf('https://shop.test/A')).not.toEqual(key);
  expect(createPageKeyer({ key: randomBytes(32) })('https://shop.test/a')).not.toEqual(key);
});

test('what is no URL is refused without being quoted', () => {
  const keyOf = createPageKeyer({ key: randomBytes(32) });
  const refusal = { code: 'url-unsupported', message: expect.not.stringContaining('442079460958') };
  expect(() => keyOf('tel:+442079460958')).toThrow(expect.objectContaining(refusal));
});
