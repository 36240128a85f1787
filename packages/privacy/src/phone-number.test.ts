import { inspect } from 'node:util';
import { reveal } from '@numfleet/privacy/reveal';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskNumber } from './index.ts';
import { createPhoneNumber } from './phone-number-door.ts';
import { e164 } from './testing/e164.ts';

describe('I3: PhoneNumber', () => {
  test('G25: comes out of the seal of the type to the digit as it went in, and no way of printing shows a digit', () => {
    fc.assert(
      fc.property(e164, (plain) => {
        const number = createPhoneNumber(plain);
        expect(reveal(number)).toBe(plain);
        const { stack } = new Error(`${number}`);
        const printed = [`${number}`, JSON.stringify({ number }), inspect(number, { showHidden: true }), stack];
        expect([...printed, JSON.stringify({ ...number }), Object.values(number).join()].join()).not.toContain(
          plain.slice(1, 8),
        );
      }),
    );
  });

  test.each([
    '',
    '+',
    '442079460958',
    '+044207946',
    '+123456',
    '+1234567890123456',
    '+442079460958;ext=',
    '+4420 7946',
  ])('%j is refused without being quoted', (wrong) => {
    expect(() => createPhoneNumber(wrong)).toThrow(/^Not a phone number in E.164 form\.$/);
  });

  test('a look-alike is not revealed', () => {
    expect(() => reveal({ ...createPhoneNumber('+442079460958') })).toThrow(/Not a phone number made by this thread/);
  });
});

test('I3: maskNumber shows two digits at each end, and never the length', () => {
  expect(maskNumber(createPhoneNumber('+442079460934'))).toBe('+44•••••••34');
  expect(maskNumber(createPhoneNumber('+442079460934;ext=123'))).toBe('+44•••••••34;ext=•');
  fc.assert(
    fc.property(e164, (plain) => {
      expect(maskNumber(createPhoneNumber(plain))).toMatch(/^\+\d{2}•{7}\d{2}(;ext=•)?$/);
    }),
  );
});
