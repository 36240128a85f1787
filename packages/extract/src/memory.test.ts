import { expect, test } from 'vitest';
import { adversarialInputs, writeAdversarial } from './testing/adversarial-inputs.ts';
import { measureMemory } from './testing/measure-memory.ts';

const size = 2 ** 22;
/** Those that took most: up to 55 times their size, before what is kept of a page was bounded. */
const worst = [
  'digits',
  'references without an end',
  'near-misses of ten digits',
  'JSON-LD of numbers',
  'JSON-LD of single digits',
  'vCard lines',
  'links to vCards',
];

test('I8, G32: reading takes no more than four times the memory of the page, and keeps nothing of it', {
  timeout: 240_000,
}, () => {
  const inputs = adversarialInputs.filter(({ name }) => worst.includes(name));
  const pages = inputs.map((input) => new TextEncoder().encode(writeAdversarial(input, size)));
  const { growths, leaked } = measureMemory(pages);
  const tooMuch = inputs.filter((_, index) => (growths[index] ?? Number.POSITIVE_INFINITY) > 4 * size);
  expect(inputs).toHaveLength(worst.length);
  expect(tooMuch.map(({ name }) => name)).toEqual([]);
  // Neither is nothing measured: the text of a page of digits alone is as long as the page.
  expect(growths[0]).toBeGreaterThan(size);
  expect(leaked).toBeLessThan(2 ** 20);
});
