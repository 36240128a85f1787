import { foldText, type Span } from './fold-text.ts';

export interface RunOptions {
  /** Whether `/` joins digits (`030/1234567`); not so in URLs, where it parts a path. */
  slashJoins: boolean;
  /** Stretches that are known to be something else; a run neither enters nor crosses them. */
  opaque: readonly Span[];
  /** Whether a whole run, as it is written, is known to be something else. */
  isHarmless: (run: string) => boolean;
}

/** At least seven digits, with up to eight separators between two of them. Linear: the two classes are disjoint. */
const run = /d(?:s{0,8}d){6,}/g;

/**
 * Every stretch of seven or more digits that could be a phone number, in order, not overlapping. Digits of all scripts
 * count, in any mix of percent-encoding, HTML entities and JavaScript escapes; spaces, dashes, dots, brackets, plus,
 * tilde, underscore, format characters and combining marks join them.
 *
 * The text is read twice, decoded and as it stands, since decoding can also hide a number: `%` before `1234567`.
 */
export function findDigitRuns(text: string, options: RunOptions): Span[] {
  if (!mayHoldNumber(text)) return [];
  if (options.opaque.length === 0 && isPlain(text)) return plainRunsOf(text, options);
  const decoded = runsOf(text, options, true);
  const plain = runsOf(text, options, false);
  return merge([...decoded, ...plain]);
}

/** The text with each span replaced. */
export function replaceSpans(text: string, spans: readonly Span[], replacement: string): string {
  let result = '';
  let from = 0;
  for (const { start, end } of spans) {
    result += text.slice(from, start) + replacement;
    from = end;
  }
  return result + text.slice(from);
}

/**
 * False where no run of seven digits is possible, and most texts end here. One loop, since nearly all is ASCII: a match of an
 * expression took five times as long.
 */
export function mayHoldNumber(text: string): boolean {
  let digits = 0;
  let isOdd = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) digits += 1;
    else if (code > 0x7f || code === 0x25 || code === 0x26 || code === 0x5c) isOdd = true;
  }
  return digits >= 7 || (isOdd && mayEncode.test(text) && mayBeDigit.test(text));
}

/**
 * One character may stand for two digits (`⑳`, `¼`), or end in one (`㎡`), so that these cannot be counted. But each that is
 * digits alone is one of these, or its code holds one; of all that there are only `&#xAEA;`, `\u{AEA}` and `\xBC` may not.
 */
const mayBeDigit = /[\p{Nd}\p{No}]|[#\\]x|u\{/iu;

/** ASCII without anything that stands for another character: then both readings are the text itself. */
function isPlain(text: string): boolean {
  return !mayEncode.test(text);
}

const mayEncode =
  /[%\\\x80-\uffff]|&(?:amp;|#|nbsp|ensp|emsp|thinsp|plus|lpar|rpar|period|hyphen|dash|ndash|mdash|minus|shy|zwj|zwnj|sol)/i;

/** As `foldText` classes ASCII; six times as fast as folding, which addresses of pages are worth. */
const plainRun = /[0-9](?:[\t\n\v\f\r \-.()[\]*|+_~]{0,8}[0-9]){6,}/g;
const plainRunWithSlash = /[0-9](?:[\t\n\v\f\r \-.()[\]*|+_~/]{0,8}[0-9]){6,}/g;

function plainRunsOf(text: string, { slashJoins, isHarmless }: RunOptions): Span[] {
  const spans: Span[] = [];
  for (const { 0: run, index } of text.matchAll(slashJoins ? plainRunWithSlash : plainRun)) {
    const hasPlus = text[index - 1] === '+';
    if (hasPlus || !isHarmless(run)) spans.push({ start: hasPlus ? index - 1 : index, end: index + run.length });
  }
  return spans;
}

function runsOf(text: string, { slashJoins, opaque, isHarmless }: RunOptions, decode: boolean): Span[] {
  const { classes, starts, ends } = foldText(text, { slashJoins, opaque, decode });
  const spans: Span[] = [];
  for (const match of classes.matchAll(run)) {
    const start = starts[match.index] ?? 0;
    const end = ends[match.index + match[0].length - 1] ?? text.length;
    const hasPlus = text[start - 1] === '+';
    if (!hasPlus && isHarmless(text.slice(start, end))) continue;
    spans.push({ start: hasPlus ? start - 1 : start, end });
  }
  return spans;
}

function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}
