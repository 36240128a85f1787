/** A stretch of text that holds nothing but digits and what people write between them. Offsets into the text. */
export type DigitRun = { start: number; end: number; digits: number; groups: number };

/** libphonenumber takes at most four characters between two groups of digits. */
const maxGap = 4;
const maxLead = 4;
const between = new Set(' -‐‑‒–—―−ー－./()[]~*'.split(''));

/**
 * Yields every run of digits of folded text, with the plus and brackets that lead it. A plus, a letter or the end of a line
 * ends a run. Written by hand: a regular expression that repeats a group this often exhausts V8's backtrack stack on a
 * page of millions of digits.
 */
export function* digitRuns(text: string): Generator<DigitRun> {
  let index = 0;
  while (index < text.length) {
    if (!isDigit(text, index)) {
      index += 1;
      continue;
    }
    const run = { start: leadOf(text, index), end: index + 1, digits: 0, groups: 0 };
    let gap = 1;
    for (; index < text.length && gap <= maxGap; index++) {
      if (isDigit(text, index)) {
        run.digits += 1;
        if (gap > 0) run.groups += 1;
        gap = 0;
        run.end = index + 1;
      } else if (between.has(text.charAt(index))) {
        gap += 1;
      } else {
        break;
      }
    }
    index = run.end;
    yield run;
  }
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0x30 && code <= 0x39;
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
