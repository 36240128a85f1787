import { parseNumber } from '../numbering/parse-number.ts';
import type { Reading, TakeReading } from './match-text.ts';

/** Freephone and shared-cost prefixes that are written with words, and whose they are. */
const prefixes: readonly [pattern: string, region: string, digits: number][] = [
  ['(?:\\+?1[-. ]?)?\\(?8(?:00|33|44|55|66|77|88)\\)?', 'US', 10],
  ['0800', 'NZ', 0],
  ['0508', 'NZ', 0],
  ['1800', 'AU', 10],
  ['1300', 'AU', 10],
];

const pattern = new RegExp(
  prefixes
    .map(([prefix]) => `(?<![\\w+.-])(${prefix})[-. ]{0,2}([A-Z][A-Z0-9]{0,15}(?:[-. ][A-Z0-9]{1,15}){0,3})(?![\\w])`)
    .join('|'),
  'g',
);
const keys = '22233344455566677778889999';
const [leastLetters, fullLength] = [4, 7];

/** Numbers in words, such as `1-800-FLOWERS`: the letters of a telephone's keys after a prefix that such numbers have. */
export function vanityNumbers(text: string, take: TakeReading): void {
  if (!/\d[-. )]{0,3}[A-Z][A-Z0-9]{2}/.test(text)) return;
  for (const match of text.matchAll(pattern)) {
    const index = prefixes.findIndex((_, at) => match[1 + 2 * at] !== undefined);
    const [, region = '', length = 0] = prefixes[index] ?? [];
    const words = match[2 + 2 * index] ?? '';
    const letters = words.replace(/[^A-Z0-9]/g, '');
    if (letters.replace(/\d/g, '').length < leastLetters) continue;
    const prefix = (match[1 + 2 * index] ?? '').replace(/\D/g, '').replace(/^1(?=8\d\d$)/, '');
    // Words may go on after the last digit that is dialled.
    const rest = length === 0 ? fullLength - 1 : length - prefix.length;
    if (letters.length < rest) continue;
    const dialled = letters.slice(0, rest).replace(/[A-Z]/g, (letter) => keys.charAt(letter.charCodeAt(0) - 0x41));
    const number = parseNumber(prefix + dialled, false, region);
    if (number === null) continue;
    const { code, national, type } = number;
    const place = { start: match.index, end: match.index + match[0].length };
    const reading: Reading = {
      match: {
        e164: `+${code}${national}`,
        region: number.region,
        type,
        label: null,
        labelled: true,
        international: true,
        assumed: -1,
        ...place,
      },
    };
    if (!take(reading)) return;
  }
}
