import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addKey, openFilter, pageKeyBytes, promisedRate, shapeOf } from './index.ts';

const keyOf = (name: string) => createHash('sha256').update(name).digest().subarray(0, pageKeyBytes);

function filterOf(keys: readonly Buffer[], sizedFor = keys.length) {
  const shape = shapeOf(sizedFor, 1 << 20);
  const bits = new Uint8Array(shape.bytes);
  for (const key of keys) addKey(bits, shape.hashes, key);
  return { shape, ...openFilter(bits, shape.hashes) };
}

function wrongRate(has: (key: Buffer) => boolean): number {
  const others = 50_000;
  return Array.from({ length: others }, (_, n) => keyOf(`other ${n}`)).filter(has).length / others;
}

test('G42: a filter knows every key that it was made of, whatever its size', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 10_000 }), (names, sizedFor) => {
      const keys = names.map(keyOf);
      const filter = filterOf(keys, sizedFor);
      expect(keys.every((key) => filter.has(key))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('G42: it is wrong about others as often as it promises', () => {
  const keys = Array.from({ length: 10_000 }, (_, n) => keyOf(`page ${n}`));
  const filter = filterOf(keys);
  expect(promisedRate(filter.shape, keys.length)).toBeLessThan(0.001);
  expect(wrongRate(filter.has)).toBeLessThan(3 * promisedRate(filter.shape, keys.length));
});

test('G42: one that was sized for 1 % of its keys takes all for known (negative control)', () => {
  const keys = Array.from({ length: 10_000 }, (_, n) => keyOf(`page ${n}`));
  expect(wrongRate(filterOf(keys, 100).has)).toBeGreaterThan(0.9);
});

test('I8: a filter keeps within its budget, and promises less then', () => {
  const cramped = shapeOf(1_000_000, 1_000_000);
  expect(cramped.bytes).toBe(1_000_000);
  expect(promisedRate(cramped, 1_000_000)).toBeGreaterThan(0.02);
});
