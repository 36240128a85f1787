import { redactText } from '@numfleet/privacy';
import fc from 'fast-check';
import { getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { expect, test } from 'vitest';
import { readText } from './index.ts';

const regions = ['GB', 'DE', 'US', 'CN', 'FR', 'IN', 'BR', 'EG'] as const;
const gaps = [
  '',
  '',
  '',
  ' ',
  '-',
  '.',
  '|',
  '*',
  ' - ',
  ')',
  '/',
  '\\',
  '\u30fc',
  '\u2011',
  '\u2212',
  '\u200d',
  '\u00a0',
  '\u2060',
];
const zeros = [0x30, 0x30, 0x30, 0xff10, 0x660, 0x966, 0xae6, 0x1d7ce];

/** A mobile number of a region, with a plus or as it is dialled there, in any digits, with anything between two of them. */
const spelling = fc
  .record({
    region: fc.constantFrom(...regions),
    isNational: fc.boolean(),
    zero: fc.constantFrom(...zeros),
    gaps: fc.array(fc.tuple(fc.nat(14), fc.constantFrom(...gaps)), { maxLength: 4 }),
  })
  .map(({ region, isNational, zero, gaps }) => {
    const number = getExampleNumber(region, examples);
    const written = isNational ? (number?.formatNational() ?? '').replace(/\D/g, '') : (number?.number ?? '');
    const digits = [...written].map((one) => (one === '+' ? one : String.fromCodePoint(zero + Number(one))));
    for (const [at, gap] of gaps) if (at > 0 && at < digits.length) digits[at] = gap + digits[at];
    return { region, text: `Tel. ${digits.join('')} today` };
  });

test('I3: whatever spelling of a number is found by extraction is found by redaction', () => {
  let found = 0;
  fc.assert(
    fc.property(spelling, ({ region, text }) => {
      if (readText(text, { region }).findings.length === 0) return;
      found += 1;
      const redacted = redactText(text).text;
      expect(readText(redacted, { region }).findings).toEqual([]);
      expect(redacted).toContain('[phone]');
    }),
    { numRuns: 500 },
  );
  expect(found).toBeGreaterThan(250);
});
