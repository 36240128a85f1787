import type { RejectReason } from '@numfleet/contracts';
import type { DigitRun } from './digit-runs.ts';
import { isLabelled } from './labels.ts';

/** What is left of a run when what is no phone number is taken out: pieces to try, or why there are none. */
type Sifted = { pieces: { start: number; end: number }[]; reason: RejectReason | null };

const leastDigits = 7;
/** Four numbers in a row; more digits in one breath are a table or noise. */
const mostDigits = 60;
const mostGroups = 24;
const contextLength = 60;

/**
 * Takes dates, times, addresses of machines, coordinates, counted sequences and named ids out of a run of digits. A rule
 * that could hit a phone number does not apply after a word such as "Tel.".
 */
export function siftRun(text: string, run: DigitRun): Sifted {
  if (isNoise(run)) return rejected('sequence');
  const spelling = text.slice(run.start, run.end);
  const before = text.slice(Math.max(0, run.start - contextLength), run.start);
  const after = text.slice(run.end, run.end + contextLength);
  const labelled = isLabelled(before);
  if (isGlued(before, spelling, after, labelled)) return rejected('identifier');
  if (!labelled && (isNamedId(before) || isInAddress(before))) return rejected('identifier');
  if (!labelled && !spelling.startsWith('+') && isCounted(spelling)) return rejected('sequence');
  return takeOut(spelling, run.start, lookAlikesIn(spelling, before, after, labelled));
}

/** Also more single digits than E.164 has: they cost libphonenumber most, 12 s for 1 MB of `1 `. */
export function isNoise({ digits, groups }: DigitRun): boolean {
  return digits > mostDigits || groups > mostGroups || (groups > 15 && digits < 2 * groups);
}

function rejected(reason: RejectReason): Sifted {
  return { pieces: [], reason };
}

/** Digits that go on as a word, `abc1234567` or `#1234567`; but `Tel02079460958Fax` is a number among its labels. */
function isGlued(before: string, spelling: string, after: string, labelled: boolean): boolean {
  if (
    /^[\p{Script=Latin}_%=@&]/u.test(after) &&
    !/^(?:\p{Lu}\p{Ll}|\p{Lu}{2}|tel|fax|e-?mail|mob|ext|x\s?\d|int\.|anexo)/u.test(after)
  ) {
    return true;
  }
  if (labelled || /^[+(]/.test(spelling)) return false;
  return /[\p{Script=Latin}_@#=&%$€£¥]-?$/u.test(before);
}

/** Words that name an id by themselves, and words that do so with "number", "code" or the like after them. */
const idWords = new RegExp(
  String.raw`(?:(?:\b(?:isbn|issn|iban|bic|swift|doi|cve|vat|tva|btw|mwst|ust|nip|nit|nif|cif|regon|krs|siret|siren|rcs|ein|` +
    String.raw`abn|acn|cnpj|cpf|inn|ogrn|kpp|gstin|dic|sku|ean|upc|gtin|hrb|hra|fcc|konto|kto|blz|steuer\p{L}*|p\.?\s?iva|` +
    String.raw`partita iva)|ИНН|ОГРН|КПП|БИК|ICP)(?:[\s-]?(?:no|nr|num(?:ber)?|n°|№|id|code|备|備|号))?|` +
    String.raw`\b(?:order|tracking|invoice|ref|reference|item|model|serial|licen[cs]e|reg|registration|registered|account|acct|` +
    String.raw`tax|zip|post|patent|article|company|charity|customer|case|product|part)[\s-]?(?:no|nr|num(?:ber)?|n°|№|id|code|#))` +
    String.raw`[\s.:#()№°-]*(?:[A-Z]{2}\s?)?$`,
  'iu',
);

function isNamedId(before: string): boolean {
  return idWords.test(before);
}

/** Digits in a URL, a path, a query or an e-mail address that is written out in the text. */
function isInAddress(before: string): boolean {
  const word = /[^\s,;|()<>"']+$/.exec(before)?.[0] ?? '';
  return /:\/\/|www\.|[?&][\w-]+=|@|\.[a-z]{2,4}\//i.test(word);
}

/** `1 2 3 4 5 6 7`, `35 36 37 38`, `1234567890`, `0000000`. */
function isCounted(spelling: string): boolean {
  const groups = spelling.match(/\d+/g) ?? [];
  if (
    groups.length >= 4 &&
    groups.every((group, index) => index === 0 || Number(group) === Number(groups[index - 1]) + 1)
  ) {
    return true;
  }
  const digits = groups.join('');
  return groups.length === 1 && (/^(\d)\1+$/.test(digits) || '01234567890'.includes(digits));
}

type LookAlike = { start: number; end: number; reason: RejectReason };
type Rule = { reason: RejectReason; pattern: RegExp; holds?: (match: RegExpExecArray) => boolean; evenLabelled?: true };

const start = String.raw`(?<!\d|\d[-./])`;
const end = String.raw`(?!\d|[-./]\d)`;
const year = '(?:19|20)\\d\\d';
const day = '(?:0?[1-9]|[12]\\d|3[01])';
const month = '(?:0?[1-9]|1[0-2])';
const dash = '[-‐-―−/]';

const rules: Rule[] = [
  { reason: 'date', pattern: rule(`${day}([-./])${month}\\1 ?${year}`) },
  { reason: 'date', pattern: rule(`${month}([-./])${day}\\1${year}`) },
  { reason: 'date', pattern: rule(`${year}([-./])${month}\\1${day}`) },
  { reason: 'date', pattern: rule(`${year} ?${dash} ?${year}`) },
  { reason: 'identifier', pattern: rule('\\d{1,3}(?:\\.\\d{1,3}){3}'), holds: isIpv4 },
  { reason: 'identifier', pattern: rule('-?(?:0|[1-9]\\d?|1[0-7]\\d|180)\\.\\d{5,}') },
  { reason: 'identifier', pattern: rule('10\\.\\d{4,}/[\\d./-]+') },
  { reason: 'identifier', pattern: rule('97[89](?:[- ]?\\d){10}'), holds: isIsbn },
  {
    reason: 'identifier',
    pattern: rule('[3-6]\\d{3}([- ]?)\\d{4}\\1\\d{4}\\1\\d{4}'),
    holds: isCard,
    evenLabelled: true,
  },
  { reason: 'sequence', pattern: rule(`\\d{5} ?${dash} ?\\d{5}`), holds: isRange },
];

function rule(pattern: string): RegExp {
  return new RegExp(`${start}${pattern}${end}`, 'g');
}

function lookAlikesIn(spelling: string, before: string, after: string, labelled: boolean): LookAlike[] {
  const found: LookAlike[] = timesIn(spelling, before, after);
  if (spelling.startsWith('+')) return found;
  for (const { reason, pattern, holds, evenLabelled } of rules) {
    if (labelled && evenLabelled === undefined) continue;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(spelling); match !== null; match = pattern.exec(spelling)) {
      if (holds === undefined || holds(match)) {
        found.push({ start: match.index, end: match.index + match[0].length, reason });
      }
    }
  }
  return found.sort((a, b) => a.start - b.start);
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

function takeOut(spelling: string, offset: number, lookAlikes: LookAlike[]): Sifted {
  const pieces: Sifted['pieces'] = [];
  let from = 0;
  for (const { start, end } of [...lookAlikes, { start: spelling.length, end: spelling.length }]) {
    const piece = spelling.slice(from, Math.max(from, start));
    if (piece.replace(/\D+/g, '').length >= leastDigits) pieces.push({ start: offset + from, end: offset + start });
    from = Math.max(from, end);
  }
  return { pieces, reason: pieces.length > 0 ? null : (lookAlikes[0]?.reason ?? 'invalid') };
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
