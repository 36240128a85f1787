import { expect, test } from 'vitest';
import { watchLiveness } from './watch-liveness.ts';

const pace = { everyMs: 20, answerMs: 20, silentMs: 150 };

/** Holds up our whole event loop, as a machine that sleeps does. */
function stopTheWorld(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('I6: one that gives no answer, a bad one or none in time is hung, and not before its silence has lasted', async () => {
  const waysToFail = [
    async () => false,
    async () => Promise.reject(new Error('no')),
    () => new Promise<never>(() => {}),
  ];
  for (const check of waysToFail) {
    const before = performance.now();
    expect(await watchLiveness({ check, ...pace }, AbortSignal.timeout(5_000))).toBe('hung');
    expect(performance.now() - before).toBeGreaterThan(pace.silentMs - 5);
  }
});

test('an answer now and then is enough', async () => {
  let asked = 0;
  const check = async () => {
    asked += 1;
    return asked % 3 === 0;
  };
  expect(await watchLiveness({ check, ...pace }, AbortSignal.timeout(600))).toBe('over');
  expect(asked).toBeGreaterThan(5);
});

test('the time that we did not run ourselves is held against nobody', async () => {
  let asked = 0;
  const check = async () => {
    asked += 1;
    if (asked < 4) stopTheWorld(pace.silentMs * 2);
    return asked > 4;
  };
  expect(await watchLiveness({ check, ...pace }, AbortSignal.timeout(1_500))).toBe('over');
  expect(asked).toBeGreaterThan(4);
});
