import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

const never = new AbortController().signal;

test('no more than its count hold a slot, and all get one in order (I8)', async () => {
  const slots = createSlots(2);
  const order: number[] = [];
  let holding = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, async (_, number) => {
      using _slot = await slots.take(never);
      order.push(number);
      holding += 1;
      most = Math.max(most, holding);
      await sleep(1);
      holding -= 1;
    }),
  );
  expect(most).toBe(2);
  expect(order).toEqual(Array.from({ length: 20 }, (_, number) => number));
});

test('one that gives up waiting takes no slot with it (I6)', async () => {
  const slots = createSlots(1);
  const first = await slots.take(never);
  const controller = new AbortController();
  const waiting = slots.take(controller.signal);
  controller.abort(new Error('deadline'));
  await expect(waiting).rejects.toThrow('deadline');
  first[Symbol.dispose]();
  const second = await slots.take(AbortSignal.timeout(1_000));

  const late = new AbortController();
  const handedOver = slots.take(late.signal);
  late.abort(new Error('in the moment of its turn'));
  second[Symbol.dispose]();
  await expect(handedOver).rejects.toThrow('in the moment');
  await slots.take(AbortSignal.timeout(1_000));
});
