import type { RejectReason } from '@numfleet/contracts';
import type { DigitRun } from './digit-runs.ts';
import { countsThings, namesAnId } from './id-names.ts';
import { isLabelled } from './labels.ts';
import { lookAlikesIn } from './look-alike-spellings.ts';

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
  const alike = lookAlikeAt(text, run, { start, end }, labelled);
  if (alike !== null) return alike;
  if (isExample(before) || isInAddress(before)) return 'identifier';
  if (labelled) return null;
  if (hasPlus) return /\d$/.test(before) ? 'identifier' : null;
  if (isInDate(before, spelling)) return 'date';
  if (isIdOrCount(before, after)) return 'identifier';
  return isCounted(text.slice(start, end)) ? 'sequence' : null;
}

function lookAlikeAt(
  text: string,
  run: DigitRun,
  { start, end }: { start: number; end: number },
  labelled: boolean,
): RejectReason | null {
  const [from, to] = [start - run.start, end - run.start];
  const before = text.slice(Math.max(0, run.start - 8), run.start);
  const after = text.slice(run.end, run.end + 8);
  const found = lookAlikesIn(text.slice(run.start, run.end), before, after, labelled);
  return found.find((one) => one.start < to && one.end > from)?.reason ?? null;
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
  return gluedBefore.test(before) && !carrierBefore.test(before);
}

/** Brazil's place for the carrier that one chooses: `(0xx11) 3313-6500`. */
const carrierBefore = /(?<![\p{L}\d])0 ?xx ?-?$/iu;
const gluedBefore = /[\p{Script=Latin}_@#=&%$€£¥]-?$/u;

/** The year of a date in words, in any language, and what follows: `10 September 1907. 6149`, `January 7, 2025 1610`. */
function isInDate(before: string, spelling: string): boolean {
  return /^(?:19|20)\d\d\D/.test(spelling) && /(?:\d{1,2}\.? \p{L}{3,10}\.?,?|\p{L}{3,10}\.? \d{1,2},) $/u.test(before);
}

function isIdOrCount(before: string, after: string): boolean {
  return namesAnId(before) || countsThings(after) || isOfSum.test(before) || isOfPair.test(before) || isEndOfId(before);
}

/** `357526 + 81936`, and the places after a decimal comma. */
const isOfSum = /\d[)\]]? ?[+×÷=] ?[([]?$|(?<!\d)\d{1,3},$/;
/** The second of two coordinates. */
const isOfPair = /\d\.\d{3,}, ?[-−]?$/;

/** The last groups of something longer that is an id: `IBAN DE89 3704 0044 …`, `S1040-6182(98)…`. */
function isEndOfId(before: string): boolean {
  if (!/\d[ .()-]$/.test(before)) return false;
  const name = before.replace(/(?:\d+[ .()-])+$/, '');
  if (isLabelled(name)) return false;
  return gluedBefore.test(name) || (namesAnId(name) && !postal.test(name));
}

/** What follows a post code is often a telephone number. */
const postal = /(?:zip|post\p{L}*|box)\P{L}*(?:code)?\P{L}*$/iu;

/** A form that shows how a number is to be typed. */
function isExample(before: string): boolean {
  return exampleWords.test(before);
}

const exampleWords =
  /(?:\be\.\s?g\.|\bexamples?|\bz\.\s?b\.|\bbeispiel|\bejemplo|\bexemple|\besempio|\bexemplo|\bbijv\.|napríklad|\bes\.|\bnapř\.?|\bnp\.|например|\bformat)[\s:,"'(]{0,4}\+?$/iu;

/** Digits in a URL, a path, a query or an e-mail address that is written out in the text. */
function isInAddress(before: string): boolean {
  let start = before.length;
  while (start > 0 && !endsWord.has(before.charAt(start - 1))) start -= 1;
  const word = before.slice(start);
  return /:\/\/|www\.|[?&][\w-]+=|@|\.[a-z]{2,4}\/|\/[\w-]*[a-z][\w-]*\/$|\b10\.\d{4,}\//i.test(word);
}

const endsWord = new Set(' \n\t,;|()<>"\'');

const leastCounted = 5;

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
  // The last digits of a further line are few: `33074700/01/02`.
  return (
    groups.length === 1 && digits.length >= leastCounted && (/^(\d)\1+$/.test(digits) || '01234567890'.includes(digits))
  );
}
