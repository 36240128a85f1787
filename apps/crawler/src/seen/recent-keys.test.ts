import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pageKeyBytes } from '@numfleet/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRecentKeys } from './recent-keys.ts';

/** The same, without a thought for speed: names of keys, those used last at the end. */
function createModel(most: number) {
  let names: string[] = [];
  const use = (name: string) => {
    names = [...names.filter((one) => one !== name), name].slice(-most);
  };
  return {
    add: use,
    has(name: string) {
      const isKnown = names.includes(name);
      if (isKnown) use(name);
      return isKnown;
    },
  };
}

const step = fc.record({
  does: fc.constantFrom('add', 'has'),
  campaign: fc.constantFrom('1', '11'),
  // Few, and of every octet, so that they come again: some are each other's beginnings.
  key: fc.constantFrom(...[[0], [0, 0], [49, 32], [128], [255], [255, 0]].map((octets) => Buffer.from(octets))),
});

test('G42: what it knows is, step by step, what was used last, and nothing else', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60 }), (most, steps) => {
      const [keys, model] = [createRecentKeys(most), createModel(most)];
      for (const { does, campaign, key } of steps) {
        const name = `${campaign}/${key.toString('hex')}`;
        if (does === 'has') expect(keys.has(campaign, key)).toBe(model.has(name));
        else {
          keys.add(campaign, key);
          model.add(name);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('I8: a worker that is given a hundred thousand pages holds 20,000 of their keys, in less than 4 MB', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const held = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed + process.memoryUsage().external;
  };
  const before = held();
  const keys = createRecentKeys();
  const given = 100_000;
  const newest: Buffer[] = [];
  for (let n = 0; n < given; n += 1) {
    const key = randomBytes(pageKeyBytes);
    keys.add('9223372036854775807', key);
    if (n === given - 20_001 || n === given - 20_000) newest.push(key);
  }
  expect(held() - before).toBeLessThan(4_000_000);
  expect(newest.map((key) => keys.has('9223372036854775807', key))).toEqual([false, true]);
});
