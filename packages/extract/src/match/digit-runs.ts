import { between, isDigitCode } from '@numfleet/privacy/digits';

/**
 * A stretch of text that holds nothing but digits and what people write between them. Offsets into the text; `groups` are
 * the digits that stand together, each a start and an end.
 */
export type DigitRun = { start: number; end: number; digits: number; groups: number[]; isNoise: boolean };

/** libphonenumber takes at most four characters between two groups of digits. */
const maxGap = 4;
const maxLead = 4;
/** Four numbers in a row; more digits in one breath are a table or noise. */
const mostDigits = 60;
const mostGroups = 24;
/** More single digits than E.164 has are noise; they are what costs libphonenumber most, 12 s for 1 MB of `1 `. */
const mostSingleDigits = 15;

/**
 * The first run of digits of folded text from a place on, such as the end of the run before it, with the plus and brackets that
 * lead it. A plus, a letter or the end of a line ends a run. Written by hand: a regular expression that repeats a group this
 * often exhausts V8's backtrack stack on a page of millions of digits. No generator, whose loop is three times slower.
 */
export function nextRun(text: string, from: number, leastDigits: number): DigitRun | null {
  const length = text.length;
  for (let index = from; index < length; index++) {
    if (!isDigitCode(text.charCodeAt(index))) continue;
    const end = endOfRun(text, index, leastDigits);
    if (end > 0) return readRun(text, index, end);
    index = -end - 1;
  }
  return null;
}

/** Where the run that begins at a digit ends; negative where it has too few digits. */
function endOfRun(text: string, first: number, leastDigits: number): number {
  let digits = 0;
  let gap = 0;
  let end = first;
  for (let index = first; index < text.length && gap <= maxGap; index++) {
    const code = text.charCodeAt(index);
    if (isDigitCode(code)) {
      digits += 1;
      gap = 0;
      end = index + 1;
    } else if (between[code] === 1) gap += 1;
    else break;
  }
  return digits < leastDigits ? -end : end;
}

function readRun(text: string, first: number, end: number): DigitRun {
  const groups: number[] = [];
  let digits = 0;
  let count = 0;
  let isInGroup = false;
  for (let index = first; index < end; index++) {
    const isOne = isDigitCode(text.charCodeAt(index));
    if (isOne) {
      digits += 1;
      if (!isInGroup) count += 1;
    }
    // A start where a group begins, an end where it ends.
    if (isOne !== isInGroup && groups.length < 2 * mostGroups) groups.push(index);
    isInGroup = isOne;
  }
  if (groups.length % 2 === 1) groups.push(end);
  const isNoise = digits > mostDigits || count > mostGroups || (count > mostSingleDigits && digits < 2 * count);
  return { start: leadOf(text, first), end, digits, groups, isNoise };
}

/** Where the plus signs and opening brackets before a number's first digit begin; spaces among them are part of it. */
function leadOf(text: string, digit: number): number {
  let lead = digit;
  for (let index = digit - 1; index >= 0 && digit - index <= maxLead; index--) {
    const character = text.charAt(index);
    if (character === '+' || character === '(' || character === '[') lead = index;
    else if (character !== ' ') break;
  }
  return lead;
}
