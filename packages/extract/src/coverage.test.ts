import { reveal } from '@numfleet/privacy/reveal';
import { expect, test } from 'vitest';
import { readText } from './index.ts';

const read = (text: string, region: string | null = null) => readText(text, { region });

test('G16: a range that the metadata does not know counts as an unknown prefix', () => {
  for (const number of ['+44 2999 999999', '+1 555 123 4567']) {
    expect(read(`Tel. ${number}`)).toMatchObject({ findings: [], rejected: { 'unknown-prefix': 1 } });
  }
});

test('G16: what is too long, or of no country, does not', () => {
  expect(read('Tel. +44 20 7946 0958 0958').rejected).not.toHaveProperty('unknown-prefix');
  expect(read('Tel. +999 123 456 789').rejected).not.toHaveProperty('unknown-prefix');
  expect(read('Tel. +44 20 7946 0958').rejected).toEqual({});
});

test.each([
  ['+86 138-1234-5678', null],
  ['0086 138 1234 5678', null],
  ['13812345678', 'CN'],
  ['138 1234 5678', 'CN'],
  ['+86 (0)138 1234 5678', null],
])('G31: %s is read by the digit', (spelling, region) => {
  expect(read(`电话 ${spelling}`, region).findings.map(({ number }) => reveal(number))).toEqual(['+8613812345678']);
});
