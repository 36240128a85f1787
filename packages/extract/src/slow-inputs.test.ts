import { expect, test } from 'vitest';
import { readPage } from './index.ts';
import { adversarialInputs, writeAdversarial } from './testing/adversarial-inputs.ts';
import { readFoundInputs, writeFound } from './testing/found-inputs.ts';

const options = { url: 'https://shop.test/', region: null, maxFindings: 2_000, maxLinks: 1_000 };
const size = 2 ** 17;
const encoder = new TextEncoder();
const inputs = [
  ...adversarialInputs.map((input) => ({
    name: input.name,
    write: (length: number) => encoder.encode(writeAdversarial(input, length)),
  })),
  ...readFoundInputs()
    .filter(({ unit }) => unit !== '')
    .map((input) => ({ name: input.name, write: (length: number) => writeFound(input, length) })),
];

/** Doubling an input may take 2.2 times as long; here it is doubled twice. */
const mostGrowth = 2.2 ** 2;
/** What takes less, of half a megabyte, is not slow, and too short to be measured. */
const leastMilliseconds = 40;
const attempts = 4;

/** Processor time, since machines that run tests do other things too. The bench measures the ratios that are claimed. */
function millisecondsFor(html: Uint8Array): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage();
    readPage(html, options);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

test('I6, G32: four times the input takes no more than about four times as long, whatever it is', {
  timeout: 240_000,
}, () => {
  // A loop that the engine compiled for one input may be slow on the next: two equal searches in it were quadratic once.
  for (const { write } of inputs) readPage(write(size / 8), options);
  // What is too slow once may have met another program's work; what is quadratic is too slow every time.
  let slow = inputs;
  for (let attempt = 0; attempt < attempts && slow.length > 0; attempt++) {
    slow = slow.filter(({ write }) => {
      const fourTimes = millisecondsFor(write(4 * size));
      return fourTimes > leastMilliseconds && fourTimes > mostGrowth * millisecondsFor(write(size));
    });
  }
  expect(inputs.length).toBeGreaterThan(60);
  expect(slow.map(({ name }) => name)).toEqual([]);
});

test('I6: the measure tells a quadratic reader', () => {
  const quadratic = (length: number): number => {
    const before = process.cpuUsage();
    let sum = 0;
    for (let i = 0; i < length; i++) for (let j = 0; j < length; j++) sum += i ^ j;
    const { user, system } = process.cpuUsage(before);
    return sum === 0 ? 0 : (user + system) / 1_000;
  };
  quadratic(2_000);
  expect(quadratic(24_000)).toBeGreaterThan(mostGrowth * quadratic(6_000));
});
