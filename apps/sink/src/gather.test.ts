import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createGather } from './gather.ts';

it('gives every item its own outcome, in batches of at most max, so many at a time', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat({ max: 3 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 3 }),
      async (waits, max, atOnce) => {
        const sizes: number[] = [];
        let working = 0;
        const gather = createGather<number, number>({
          max,
          ms: 1,
          apartMs: 3,
          atOnce,
          work: async (items) => {
            working += 1;
            expect(working).toBeLessThanOrEqual(atOnce);
            sizes.push(items.length);
            await delay(1);
            working -= 1;
            return items.map((item) => item * 2);
          },
        });
        const outcomes = await Promise.all(
          waits.map(async (wait, index) => {
            await delay(wait);
            return await gather(index);
          }),
        );
        expect(outcomes).toEqual(waits.map((_, index) => index * 2));
        expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(max);
      },
    ),
    { numRuns: 25 },
  );
});

it('a batch that fails fails its own items, and the next one is worked on', async () => {
  let turn = 0;
  const gather = createGather<number, number>({
    max: 2,
    ms: 1,
    apartMs: 1,
    atOnce: 1,
    work: async (items) => {
      turn += 1;
      if (turn === 1) throw new Error('first');
      return items;
    },
  });
  const settled = await Promise.allSettled([gather(1), gather(2), gather(3)]);
  expect(settled.map((one) => one.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});

it('what comes after a lull is soon worked on, and a stream in batches that begin apart', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const batches: number[][] = [];
  const gather = createGather<number, number>({
    ...{ max: 50, ms: 20, apartMs: 100, atOnce: 3 },
    work: async (items) => {
      batches.push(items);
      return items;
    },
  });
  void gather(1);
  await vi.advanceTimersByTimeAsync(20);
  expect(batches).toEqual([[1]]);
  void gather(2);
  await vi.advanceTimersByTimeAsync(99);
  void gather(3);
  expect(batches).toEqual([[1]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([[1], [2, 3]]);
});
