import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitLine } from './fit-line.ts';

test('points on a line give that line, whichever it is', () => {
  const coefficient = fc.integer({ min: -1_000, max: 1_000 });
  const places = fc.uniqueArray(fc.integer({ min: 0, max: 10_000 }), { minLength: 2, maxLength: 50 });
  fc.assert(
    fc.property(coefficient, coefficient, places, (height, slope, xs) => {
      const line = fitLine(xs.map((x) => ({ x, y: height + slope * x })));
      expect(line.slope).toBeCloseTo(slope, 5);
      for (const x of xs) expect(line.at(x)).toBeCloseTo(height + slope * x, 2);
    }),
  );
});

test('a saw that comes back to where it began has no slope to speak of', () => {
  const saw = Array.from({ length: 1_000 }, (_, x) => ({ x, y: 500 + (x % 50) }));
  const { mean, slope } = fitLine(saw);
  expect((1_000 * slope) / mean).toBeLessThan(0.01);
});
