import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' };
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  getExampleNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { expect, test } from 'vitest';
import { dataVersions } from '../data-versions-door.ts';
import { allRegions } from './numbering-plans.ts';
import { parseNumber } from './parse-number.ts';

type Case = { digits: string; hasPlus: boolean; region: CountryCode };

function expected({ digits, hasPlus, region }: Case): string | null {
  const number = parsePhoneNumberFromString(`${hasPlus ? '+' : ''}${digits}`, {
    defaultCountry: region,
    extract: false,
  });
  if (number?.isValid() !== true) return null;
  return `${number.countryCallingCode} ${number.nationalNumber} ${number.country} ${number.getType()?.toLowerCase()}`;
}

function actual({ digits, hasPlus, region }: Case): string | null {
  const number = parseNumber(digits, hasPlus, region);
  return number === null ? null : `${number.code} ${number.national} ${number.region ?? undefined} ${number.type}`;
}

const countries = getCountries();
const region = fc.constantFrom(...countries);
const digits = (least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: most });
const exampleOf = (of: CountryCode) => getExampleNumber(of, examples)?.nationalNumber.toString() ?? '212555';

/** Digits at random are seldom a number: most of these begin as one does, in the spellings that dialling has. */
const cases: fc.Arbitrary<Case> = fc.oneof(
  fc.record({ digits: digits(1, 17), hasPlus: fc.boolean(), region }),
  fc
    .record({ of: region, rest: digits(2, 14), hasPlus: fc.boolean(), region })
    .map(({ of, rest, ...one }) => ({ ...one, digits: getCountryCallingCode(of) + rest })),
  fc
    .record({
      of: region,
      keep: fc.nat({ max: 9 }),
      rest: digits(0, 9),
      prefix: fc.constantFrom('', '0', '1', '8', '00', '06', '011', '810', '44'),
    })
    .map(({ of, keep, rest, prefix }) => {
      const example = exampleOf(of);
      const tail = rest.slice(0, Math.max(0, example.length - keep));
      return { digits: prefix + example.slice(0, keep) + tail, hasPlus: false, region: of };
    }),
  fc
    .record({
      of: region,
      keep: fc.nat({ max: 9 }),
      rest: digits(0, 9),
      trunk: fc.constantFrom('', '0'),
      hasPlus: fc.boolean(),
    })
    .map(({ of, keep, rest, trunk, hasPlus }) => ({
      digits: getCountryCallingCode(of) + trunk + exampleOf(of).slice(0, keep) + rest,
      hasPlus,
      region: of,
    })),
);

test('the tables are of the metadata that is installed', async () => {
  const { version } = (await import('libphonenumber-js/package.json', { with: { type: 'json' } })).default;
  expect(dataVersions.libphonenumber).toBe(version);
  expect(allRegions().sort()).toEqual([...countries].sort());
});

test('G25: every region’s example is what libphonenumber-js says, in every spelling', () => {
  for (const of of countries) {
    const number = getExampleNumber(of, examples);
    if (number === undefined) continue;
    for (const spelling of [
      number.number.slice(1),
      number.formatNational().replace(/\D/g, ''),
      String(number.nationalNumber),
    ]) {
      for (const hasPlus of [true, false]) {
        const one = { digits: spelling, hasPlus, region: of };
        expect(actual(one), JSON.stringify(one)).toBe(expected(one));
      }
    }
  }
});

test('G25: 100,000 random spellings are what libphonenumber-js says', { timeout: 120_000 }, () => {
  let valid = 0;
  fc.assert(
    fc.property(cases, (one) => {
      const number = expected(one);
      if (number !== null) valid += 1;
      if (actual(one) !== number) throw new Error(`${actual(one)} instead of ${number}`);
    }),
    { numRuns: 100_000 },
  );
  expect(valid).toBeGreaterThan(5_000);
});
