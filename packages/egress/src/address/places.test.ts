import { describe, expect, test } from 'vitest';
import { createPlaces } from './places.ts';

const never = new AbortController().signal;

/** Whether it settles without anything else having to happen. */
async function hasCome(taking: Promise<unknown>): Promise<boolean> {
  return await Promise.race([taking.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
}

describe('I8: places for connections', () => {
  test('are so many a host and so many in all; those beyond wait in order', async () => {
    const places = createPlaces({ perHost: 2, total: 3 });
    const [first, second] = [await places.take('a', never), await places.take('a', never)];
    const [third, fourth] = [places.take('a', never), places.take('a', never)];
    expect(await hasCome(third)).toBe(false);
    const other = await places.take('b', never);
    const beyond = places.take('c', never);
    expect(await hasCome(beyond)).toBe(false);
    first();
    expect([await hasCome(third), await hasCome(fourth), await hasCome(beyond)]).toEqual([true, false, false]);
    first();
    expect(await hasCome(fourth)).toBe(false);
    other();
    // Host a is full still, which is no reason for c to wait.
    expect([await hasCome(fourth), await hasCome(beyond)]).toEqual([false, true]);
    second();
    expect(await hasCome(fourth)).toBe(true);
  });

  test('I6: whoever waits may leave, also in the moment in which the place is free', async () => {
    const places = createPlaces({ perHost: 1, total: 1 });
    const release = await places.take('a', never);
    const leaving = new AbortController();
    const left = places.take('a', leaving.signal);
    const stayed = places.take('a', never);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'aborted' });
    const both = new AbortController();
    const last = places.take('a', both.signal);
    release();
    (await stayed)();
    both.abort();
    await last.then(
      (give) => give(),
      () => {},
    );
    expect(await hasCome(places.take('a', never))).toBe(true);
  });
});
