import { expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { createJudge, shrink } from './judge-input.ts';
import { makeRecipe } from './make-inputs.ts';

const recipe = { before: '<p>', unit: '+44 20 7946 0958 ', after: '' };
const size = 2 ** 14;
const judge = createJudge({ size, measureReal: () => 20 });

test('I6: what throws, is slow or grows too fast is told, and nothing else', () => {
  const fails = (): never => {
    throw new Error('no');
  };
  expect(judge(recipe, fails).why).toBe('threw');
  // 16 KiB of real pages would take 0.3 ms here.
  expect(judge(recipe, ({ length }) => spend((10 * length) / size)).why).toBe('slow');
  expect(judge(recipe, ({ length }) => spend(3 * (length / size) ** 2)).why).toBe('grew');
  expect(judge(recipe, ({ length }) => spend((3 * length) / size)).why).toBeNull();
});

test('of an input that throws only what makes it throw is kept', () => {
  const failsOnTwo = (body: Uint8Array): void => {
    if (body.includes(0x78) && body.includes(0x79)) throw new Error('no');
  };
  expect(Buffer.from(shrink(failsOnTwo, Buffer.from('a long pxge with a y in it'))).toString()).toBe('xy');
});

test('a seed gives the same inputs, and no digits of a page', () => {
  const pages = [Buffer.from('0207 946 0958 '.repeat(20))];
  const some = (seed: number) => {
    const random = createRandom(seed);
    return Array.from({ length: 50 }, () => makeRecipe(random, pages));
  };
  expect(some(7)).toEqual(some(7));
  expect(some(7)).not.toEqual(some(8));
  expect(JSON.stringify(some(7))).not.toContain('7946 0958');
});

/** Milliseconds of processor time. */
function spend(milliseconds: number): void {
  const before = process.cpuUsage();
  for (let spent = 0; spent < milliseconds; ) {
    const { user, system } = process.cpuUsage(before);
    spent = (user + system) / 1_000;
  }
}
