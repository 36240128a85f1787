import fc from 'fast-check';

const spell = {
  ascii: (digit: number) => String(digit),
  fullwidth: (digit: number) => String.fromCodePoint(0xff10 + digit),
  arabic: (digit: number) => String.fromCodePoint(0x0660 + digit),
  devanagari: (digit: number) => String.fromCodePoint(0x0966 + digit),
  mathematical: (digit: number) => String.fromCodePoint(0x1d7ce + digit),
  percent: (digit: number) => `%3${digit}`,
  doublePercent: (digit: number) => `%253${digit}`,
  percentFullwidth: (digit: number) => encodeURIComponent(String.fromCodePoint(0xff10 + digit)),
  entity: (digit: number) => `&#${48 + digit};`,
  hexEntity: (digit: number) => `&#x${(48 + digit).toString(16)};`,
  json: (digit: number) => `\\u003${digit}`,
  doubleJson: (digit: number) => `\\\\u003${digit}`,
  hexByte: (digit: number) => `\\x3${digit}`,
};
type Spelling = keyof typeof spell;
const spellings = Object.keys(spell) as Spelling[];

/** A number of 7 to 15 digits, and a way in which it may be written: separators, scripts and encodings, mixed at will. */
export const writtenNumber = fc
  .array(fc.tuple(fc.nat(9), fc.constantFrom(...spellings), separator()), {
    minLength: 7,
    maxLength: 15,
  })
  .chain((parts) => fc.constantFrom('', '+', '00', '(').map((prefix) => ({ prefix, parts })))
  .map(({ prefix, parts }) => ({
    digits: parts.map(([digit]) => digit).join(''),
    written: prefix + parts.map(([digit, spelling, between]) => spell[spelling](digit) + between).join(''),
  }));

/** Whether the digits stand in the text in any form: an own reading, which shares no code with what it checks. */
export function holdsDigits(text: string, digits: string): boolean {
  return [text, decodeAll(text)].some((reading) => bare(reading).includes(digits));
}

function separator(): fc.Arbitrary<string> {
  const nothing = { weight: 6, arbitrary: fc.constant('') };
  const one = fc.constantFrom(
    ' ',
    '-',
    '.',
    '(',
    ')',
    '/',
    '\u00a0',
    '\u200b',
    '\u2011',
    '+',
    '%20',
    '&nbsp;',
    ') ',
    ' - ',
  );
  return fc.oneof(nothing, { weight: 1, arbitrary: one });
}

function decodeAll(text: string): string {
  return text
    .replaceAll('%25', '%')
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
    .replace(/&#x([0-9a-f]+);?/gi, (_, hex) => String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)))
    .replace(/&#([0-9]+);?/g, (_, decimal) => String.fromCodePoint(Math.min(Number(decimal), 0x10ffff)))
    .replace(/\\+u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\+x([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('&nbsp;', ' ');
}

/** Digits of every script as ASCII, and nothing else but what is no separator. */
function bare(text: string): string {
  const ascii = [...text.normalize('NFKC')].map((character) => {
    const zero = [0x0660, 0x0966].find((start) => ((character.codePointAt(0) ?? 0) - start) >>> 0 < 10);
    return zero === undefined ? character : String((character.codePointAt(0) ?? 0) - zero);
  });
  return ascii.join('').replace(/[\s\p{Pd}\p{Cf}.()/+]/gu, '');
}
