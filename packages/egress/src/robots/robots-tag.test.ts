import { expect, test } from 'vitest';
import { robotsTagOf } from '../index.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const both = { noindex: true, nofollow: true };
const neither = { noindex: false, nofollow: false };
const noindex = { noindex: true, nofollow: false };

test.each([
  ['noindex', noindex],
  ['NoIndex, NoFollow', both],
  ['none', both],
  ['numfleet: noindex', noindex],
  ['*: none', both],
  ['Numfleet: nofollow', { noindex: false, nofollow: true }],
  ['otherbot: nofollow, numfleet: noindex, nofollow', both],
  ['noarchive, otherbot: noindex, numfleet: noindex', noindex],
  ['unavailable_after: 2020-01-01T00:00:00Z', noindex],
  ['unavailable_after: 25 Jun 2010 15:00:00 GMT, nofollow', both],
  // What does not speak to us, or of something else.
  ['otherbot: noindex, nofollow', neither],
  ['index, follow, max-snippet: 20', neither],
  ['unavailable_after: 2030-01-01', neither],
  ['unavailable_after: never', neither],
  ['noindexed, no-follow', neither],
  [`${'x,'.repeat(1_000_000)}noindex`, neither],
  ['', neither],
])('I11: X-Robots-Tag %#: %.60s', (value, expected) => {
  expect(robotsTagOf({ 'x-robots-tag': value }, now)).toEqual(expected);
});

test('I11: an answer without the header says nothing', () => {
  expect(robotsTagOf({}, now)).toEqual(neither);
});
