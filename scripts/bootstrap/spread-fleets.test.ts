import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spread } from './spread-fleets.ts';

test('no file is lost or run twice, and those that are spread have the same number of others between them', () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(400), (fewer, more) => {
      const few = Array.from({ length: fewer }, (_, index) => `fleet ${index}`);
      const many = Array.from({ length: more }, (_, index) => `other ${index}`);
      const order = spread(few, many);
      expect(order.filter((file) => file.startsWith('fleet'))).toEqual(few);
      expect(order.filter((file) => file.startsWith('other'))).toEqual(many);
      const places = [...few.map((file) => order.indexOf(file)), order.length];
      const shares = places.slice(1).map((place, index) => place - (places[index] ?? 0) - 1);
      for (const share of shares) expect(Math.abs(share - more / fewer)).toBeLessThanOrEqual(1);
    }),
  );
});
