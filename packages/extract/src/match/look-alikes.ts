import type { RejectReason } from '@numfleet/contracts';
import type { DigitRun } from './digit-runs.ts';
import { isLabelled } from './labels.ts';

const contextLength = 60;

/** What of a text speaks for or against a number in it. */
export type Context = {
  before: string;
  after: string;
  /** A word such as "Tel." stands right before. */
  labelled: boolean;
};

export function contextOf(text: string, start: number, end: number): Context {
  const before = text.slice(Math.max(0, start - contextLength), start);
  return { before, after: text.slice(end, end + contextLength), labelled: isLabelled(before) };
}

/**
 * Why what reads as a number is none: dates, times, addresses of machines, coordinates, counted sequences and named ids.
 * A rule that could hit a phone number does not apply after a word such as "Tel.". `start` and `end` are the number's
 * place in the run. Null where nothing speaks against it.
 */
export function rejectionOf(
  text: string,
  run: DigitRun,
  { start, end }: { start: number; end: number },
  { before, after, labelled }: Context,
): RejectReason | null {
  const spelling = text.slice(run.start, run.end);
  const hasPlus = text.slice(run.start, start).includes('+') && start === run.groups[0];
  if (isGlued(before, hasPlus ? '+' : spelling, after, labelled)) return 'identifier';
  if (isExample(before)) return 'identifier';
  if (isInAddress(before) || (!labelled && isNamedId(before))) return 'identifier';
  if (!labelled && !hasPlus && isCounted(text.slice(start, end))) return 'sequence';
  const [from, to] = [start - run.start, end - run.start];
  const beforeRun = text.slice(Math.max(0, run.start - 8), run.start);
  const afterRun = text.slice(run.end, run.end + 8);
  const overlapping = lookAlikesIn(spelling, beforeRun, afterRun, labelled).find(
    (one) => one.start < to && one.end > from,
  );
  return overlapping?.reason ?? null;
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
  String.raw`(?:(?:\b(?:isbn|issn|icq|uin|qq|iban|bic|swift|doi|cve|vat|tva|btw|mwst|ust|nip|nit|nif|cif|regon|krs|siret|siren|rcs|ein|` +
    String.raw`abn|acn|cnpj|cpf|inn|ogrn|kpp|gstin|dic|sku|ean|upc|gtin|hrb|hra|fcc|konto|kto|blz|steuer\p{L}*|p\.?\s?iva|p\.\s?i\b|c\.\s?f\b|(?!tele|fax|ruf|mobil|handy|phone|service)\p{L}{4,}nummer|` +
    String.raw`partita iva)|ИНН|ОГРН|КПП|БИК|ICP)(?:[\s-]?(?:no|nr|num(?:ber)?|n°|№|id|code|备|備|号))?|` +
    String.raw`\b(?:order|tracking|invoice|ref|reference|item|model|serial|licen[cs]e|reg|registration|registered|account|acct|` +
    String.raw`tax|zip|post|p\.?\s?o\.?\s?box|patent|article|company|charity|customer|case|product|part)[\s-]?(?:no|nr|num(?:ber)?|n°|№|id|code|#))` +
    String.raw`[\s.:#()№°-]*(?:[A-Z]{2}\s?)?$`,
  'iu',
);

function isNamedId(before: string): boolean {
  return idWords.test(before);
}

/** A form that shows how a number is to be typed. */
function isExample(before: string): boolean {
  return exampleWords.test(before);
}

const exampleWords =
  /(?:\be\.\s?g\.|\bexamples?|\bz\.\s?b\.|\bbeispiel|\bejemplo|\bexemple|\besempio|\bexemplo|\bbijv\.|napríklad|\bes\.|\bnapř\.?|\bnp\.|например|\bformat)[\s:,"'(]{0,4}\+?$/iu;

/** Digits in a URL, a path, a query or an e-mail address that is written out in the text. */
function isInAddress(before: string): boolean {
  const word = /[^\s,;|()<>"']+$/.exec(before)?.[0] ?? '';
  return /:\/\/|www\.|[?&][\w-]+=|@|\.[a-z]{2,4}\/|\/[\w-]*[a-z][\w-]*\/$|\b10\.\d{4,}\//i.test(word);
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
  { reason: 'identifier', pattern: /\d[. ]?(?:\[\d{1,3}\])+/g },
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
  return found;
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
