import { expect, test } from 'vitest';
import { showBytes, showNumberOf, showRate } from './show-count.ts';
import { showAge, showCountdown, showDelay, showDuration } from './show-duration.ts';

test.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [7_500, '2 h 5 min'],
  [3_599.7, '1 h'],
  [356_400, '4 d 3 h'],
  [-3, '0 s'],
])('%d seconds are %s', (seconds, shown) => expect(showDuration(seconds)).toBe(shown));

test.each([
  [0, 'none'],
  [250, '250 ms'],
  [1_500, '1.5 s'],
  [120_000, '2 min'],
])('a delay of %d ms is %s', (ms, shown) => expect(showDelay(ms)).toBe(shown));

test.each([
  [-5, '0.0 s'],
  [1_240, '1.2 s'],
  [47_000, '47 s'],
])('with %d ms to go the countdown stands at %s', (ms, shown) => expect(showCountdown(ms)).toBe(shown));

test('what was just now is now', () => {
  expect([showAge(-400), showAge(1_400), showAge(12_000)]).toEqual(['now', 'now', '12 s ago']);
});

test.each([
  [0, '0'],
  [0.01, '<0.1'],
  [4.24, '4.2'],
  [1_234.5, '1,235'],
])('a rate of %d is %s', (rate, shown) => expect(showRate(rate)).toBe(shown));

test('counts and sizes carry their units', () => {
  expect([showNumberOf(1, 'page'), showNumberOf(2, 'page'), showNumberOf(0, 'process', 'processes')]).toEqual([
    '1 page',
    '2 pages',
    '0 processes',
  ]);
  expect([showBytes(222 * 2 ** 20), showBytes(1.5 * 2 ** 30)]).toEqual(['222 MiB', '1.5 GiB']);
});
