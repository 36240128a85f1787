import type { RejectReason } from '@numfleet/contracts';

/** A part of a spelling that is something else, and why. */
export type LookAlike = { start: number; end: number; reason: RejectReason };
/**
 * What in a run of digits is a date, a time, an address of a machine, a book, a payment card, a range or a version. After a word
 * such as "Tel." most of it is none. `before` and `after` are the characters next to the run.
 */
export function lookAlikesIn(spelling: string, before: string, after: string, labelled: boolean): LookAlike[] {
  const found: LookAlike[] = timesIn(spelling, before, after);
  if (spelling.startsWith('+')) return found;
  if (!labelled) found.push(...checkedByX(spelling, after));
  for (const { reason, pattern, holds, evenLabelled } of rules) {
    if (labelled && evenLabelled === undefined) continue;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(spelling); match !== null; match = pattern.exec(spelling)) {
      if (holds === undefined || holds(match)) {
        found.push({ start: match.index, end: match.index + match[0].length, reason });
      }
    }
  }
  return found;
}

type Rule = { reason: RejectReason; pattern: RegExp; holds?: (match: RegExpExecArray) => boolean; evenLabelled?: true };

const start = String.raw`(?<!\d|\d[-./])`;
const end = String.raw`(?!\d|[-./]\d)`;
const year = '(?:19|20)\\d\\d';
const day = '(?:0?[1-9]|[12]\\d|3[01])';
const month = '(?:0?[1-9]|1[0-2])';
const month2 = '(?:0[1-9]|1[0-2])';
const day2 = '(?:0[1-9]|[12]\\d|3[01])';
const dash = '[-‐-―−/]';

const rules: Rule[] = [
  { reason: 'date', pattern: rule(`${day}([-./])${month}\\1 ?${year}`) },
  { reason: 'date', pattern: rule(`${month}([-./])${day}\\1${year}`) },
  { reason: 'date', pattern: rule(`${year}([-./])${month}\\1${day}`) },
  { reason: 'date', pattern: rule(`${year} ${month2} ${day2}`) },
  { reason: 'date', pattern: rule(`${year} ?${dash} ?${year}`) },
  { reason: 'date', pattern: rule(`${year}${month2}${day2}(?:(?:[01]\\d|2[0-3])(?:[0-5]\\d){0,2})?`) },
  { reason: 'identifier', pattern: rule('\\d{1,3}(?:\\.\\d{1,3}){3}'), holds: isIpv4 },
  { reason: 'identifier', pattern: rule('-?(?:0|[1-9]\\d?|1[0-7]\\d|180)\\.\\d{5,}') },
  { reason: 'identifier', pattern: rule('10\\.\\d{4,}/[\\d./()-]+') },
  { reason: 'identifier', pattern: rule('97[89](?:[- ]?\\d){10}'), holds: isIsbn },
  {
    reason: 'identifier',
    pattern: rule('[3-6]\\d{3}([- ]?)\\d{4}\\1\\d{4}\\1\\d{4}'),
    holds: isCard,
    evenLabelled: true,
  },
  { reason: 'sequence', pattern: rule(`\\d{5} ?${dash} ?\\d{5}`), holds: isRange },
  { reason: 'sequence', pattern: rule('\\d{2,4}(?:/\\d{2,4}){2,}') },
  { reason: 'identifier', pattern: rule('\\d{1,3}(?:\\.\\d{3}){2,}') },
  { reason: 'identifier', pattern: rule('\\d{1,5}-\\d{1,7}-\\d{1,7}-\\d'), holds: isOldIsbn },
  { reason: 'sequence', pattern: /^\d{3,5}[-‐-―]\d{3,5}$/g, holds: isPageRange },
  // References to notes: `in 2007.[229][230]`.
  { reason: 'identifier', pattern: /\d[. ]?\[\d{1,3}(?:\]|$)/g },
  // How many there are of a year: `2016 (136)`. Laws and cases: `196/2003`. Versions: `37.0.2062.120`.
  { reason: 'sequence', pattern: new RegExp(`^${year} ?\\(\\d{1,4}$`, 'g') },
  { reason: 'identifier', pattern: rule(`\\d{1,4}/${year}`) },
  { reason: 'identifier', pattern: rule('\\d{1,3}\\.0\\.\\d{1,5}\\.\\d{1,5}') },
  // Milliseconds since 1970.
  { reason: 'date', pattern: rule('1[0-9]{12}') },
];

function rule(pattern: string): RegExp {
  return new RegExp(`${start}${pattern}${end}`, 'g');
}

/** A colon ends a run, so a time of day lies half in it: `25.08.2015 22` `:30`. */
function timesIn(spelling: string, before: string, after: string): LookAlike[] {
  const found: LookAlike[] = [];
  if (/(?<!\d)\d{1,2}:$/.test(before)) {
    const minutes = /^[0-5]\d(?!\d)/.exec(spelling)?.[0];
    if (minutes !== undefined) found.push({ start: 0, end: minutes.length, reason: 'date' });
  }
  const hours = /(?<!\d)[0-2]?\d$/.exec(spelling);
  if (hours !== null && /^:[0-5]\d/.test(after)) {
    found.push({ start: hours.index, end: spelling.length, reason: 'date' });
  }
  return found;
}

/** Four bytes; but `12.34.56.78` is how Danes write a number. */
function isIpv4([spelling]: RegExpExecArray): boolean {
  const bytes = spelling.split('.');
  return bytes.every((byte) => Number(byte) <= 255) && bytes.some((byte) => byte.length !== 2);
}

/** ISBN-13 by its check digit (ISO 2108). */
function isIsbn([spelling]: RegExpExecArray): boolean {
  const sum = [...spelling.replace(/\D/g, '')].reduce(
    (total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3),
    0,
  );
  return sum % 10 === 0;
}

/** ISBN-10 by its check digit. */
function isOldIsbn([spelling]: RegExpExecArray): boolean {
  const digits = spelling.replace(/\D/g, '');
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (10 - i), 0);
  return digits.length === 10 && sum % 11 === 0;
}

/** An ISBN-10 or ISSN whose check digit is ten, which is written X and ends the run: `0-7900-0187` `-X`. */
function checkedByX(spelling: string, after: string): LookAlike[] {
  const digits = /^[- ]?x(?![\p{L}\d])/iu.test(after)
    ? (/(?:\d-?){7,9}$/.exec(spelling)?.[0].replace(/-/g, '') ?? '')
    : '';
  if (digits.length !== 7 && digits.length !== 9) return [];
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (digits.length + 1 - i), 10);
  return sum % 11 === 0 ? [{ start: 0, end: spelling.length, reason: 'identifier' }] : [];
}

/** Pages from one to another that is not far: `3548–3580`. */
function isPageRange([spelling]: RegExpExecArray): boolean {
  const [low = '', high = ''] = spelling.match(/\d+/g) ?? [];
  return low.length === high.length && Number(low) < Number(high) && Number(high) - Number(low) < 200;
}

/** A payment card by Luhn's check digit (ISO/IEC 7812-1). */
function isCard([spelling]: RegExpExecArray): boolean {
  const digits = [...spelling.replace(/\D/g, '')].reverse().map(Number);
  const sum = digits.reduce(
    (total, digit, i) => total + (i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2),
    0,
  );
  return sum % 10 === 0;
}

/** Two post codes with a dash, as in `80901 - 80962`. */
function isRange([spelling]: RegExpExecArray): boolean {
  const [low = '', high = ''] = spelling.match(/\d+/g) ?? [];
  return low.slice(0, 2) === high.slice(0, 2) && Number(low) < Number(high);
}
