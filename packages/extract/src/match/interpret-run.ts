import { planOf } from '../numbering/numbering-plans.ts';
import { type ParsedNumber, parseNumber } from '../numbering/parse-number.ts';
import type { DigitRun } from './digit-runs.ts';

/** A number read out of a run. `start` and `end` are offsets into the text, without what leads or follows its digits. */
export type ReadNumber = ParsedNumber & {
  start: number;
  end: number;
  /** The place in the list of regions of the one that was assumed; -1 where the number names its own. */
  assumed: number;
  /** Grouped as the region groups its numbers. */
  hasShape: boolean;
};

/** How surely two groups of digits are two numbers, by what stands between them. */
const [joined, spaced, apart, parted, severed] = [0, 1, 2, 3, 4];
/** Bounds what one run may cost. */
const mostAttempts = 16;
const [leastDigits, mostDigits] = [5, 17];
const leastDigitsInternational = 6;

/**
 * Reads the numbers of a run of digits: the whole of it as one, else its parts, split where that is likeliest, as Google's
 * matcher does (PhoneNumberMatcher, INNER_MATCHES); else neighbouring groups that look like a number of the region.
 * `regions` are tried in turn for a number without a country code.
 */
export function interpretRun(text: string, run: DigitRun, regions: readonly string[], trust: Trust): ReadNumber[] {
  const reader: Reader = { text, run, regions, trust, attempts: 0, found: [], separations: [] };
  readPart(reader, 0, run.groups.length / 2, severed);
  return reader.found;
}

const mostKept = 500;
/** What follows a run may close its bracket. */
const reachAfter = 2;

/** Interprets the runs of one text, those that are written alike once: pages repeat their numbers, and hostile ones their traps. */
export function createInterpreter(regions: readonly string[]): (text: string, run: DigitRun) => ReadNumber[] {
  const kept = new Map<string, { at: number; numbers: ReadNumber[] }>();
  return (text, run) => {
    const spelling = text.slice(run.start, run.end + reachAfter);
    const known = kept.get(spelling);
    if (known !== undefined) {
      const shift = run.start - known.at;
      return known.numbers.map((number) => ({ ...number, start: number.start + shift, end: number.end + shift }));
    }
    const numbers = interpretRun(text, run, regions, 'bare');
    if (kept.size < mostKept) kept.set(spelling, { at: run.start, numbers });
    return numbers;
  };
}

/** What says that digits are a number: nothing, a word such as "Tel." before them, or their page. */
export type Trust = 'bare' | 'labelled' | 'declared';

type Reader = {
  text: string;
  run: DigitRun;
  regions: readonly string[];
  trust: Trust;
  attempts: number;
  found: ReadNumber[];
  /** What stands before each group; filled when the whole is no number. */
  separations: number[];
};

/** Reads the groups from `first` to before `last`, which may be split at what separates at most as much as `level`. */
function readPart(reader: Reader, first: number, last: number, level: number): void {
  if (readWhole(reader, first, last, false)) return;
  for (let split = level; split >= apart; split--) {
    const bounds = boundsAt(reader, first, last, split);
    if (bounds.length === 0) continue;
    let from = first;
    for (const bound of [...bounds, last]) {
      if (!wasReadAsLineEnd(reader, from)) readPart(reader, from, bound, split - 1);
      from = bound;
    }
    return;
  }
  if (last - first > 1) readNeighbours(reader, first, last);
}

function boundsAt({ text, run, separations }: Reader, first: number, last: number, level: number): number[] {
  for (let group = separations.length; group < run.groups.length / 2; group++) {
    separations.push(
      group === 0 ? joined : separation(text, run.groups[group * 2 - 1] ?? 0, run.groups[group * 2] ?? 0),
    );
  }
  const bounds: number[] = [];
  for (let group = first + 1; group < last; group++) {
    if ((separations[group] ?? 0) >= level) bounds.push(group);
  }
  return bounds;
}

/** Most groups have one character between them. */
const separationByOne: Readonly<Record<number, number>> = Object.fromEntries(
  (
    [
      [' ', spaced],
      ['/', severed],
      ['\\', severed],
      ['|', severed],
      ['~', parted],
      ['*', parted],
      ['(', apart],
      ['[', apart],
      ...[...'‒–—―'].map((dash) => [dash, parted] as const),
    ] as const
  ).map(([character, level]) => [character.charCodeAt(0), level]),
);

function separation(text: string, from: number, to: number): number {
  if (to - from === 1) return separationByOne[text.charCodeAt(from)] ?? joined;
  const between = text.slice(from, to);
  if (/[/\\|]/.test(between)) return severed;
  if (/\s[-‐-―]|[-‐-―]\s|[‒-―~*]|--| {3}/.test(between)) return parted;
  if (/[([]| {2}|\.\s|\s\.|\)\s*-?\s*\(/.test(between)) return apart;
  return between.includes(' ') ? spaced : joined;
}

/** Groups of one line that together are a number in the shape of their region, from left to right. */
function readNeighbours(reader: Reader, first: number, last: number): void {
  if (reader.regions.length === 0) return;
  for (let from = first; from < last; from++) {
    for (let to = Math.min(last, from + 6); to > from; to--) {
      if (from === first && to === last) continue;
      if (reader.attempts >= mostAttempts) return;
      if (readWhole(reader, from, to, true)) {
        from = to - 1;
        break;
      }
    }
  }
}

function readWhole(reader: Reader, first: number, last: number, needsShape: boolean): boolean {
  const { text, run, regions } = reader;
  const start = run.groups[first * 2] ?? 0;
  const end = run.groups[last * 2 - 1] ?? 0;
  const digits = digitsBetween(run, text, first, last);
  if (digits.length < leastDigits || digits.length > mostDigits || reader.attempts >= mostAttempts) return false;
  const hasPlus = first === 0 ? text.slice(run.start, start).includes('+') : text.charAt(start - 1) === '+';
  if (hasPlus && digits.length < leastDigitsInternational) return false;
  if (!hasPlus && reader.trust !== 'declared' && opensBracket(text.slice(start, end), text.slice(end, end + 2)))
    return false;
  const shape = last - first > 1 ? shapeOf(run, first, last) : '';
  const read = hasPlus ? readInternational(reader, digits) : readNational(reader, digits, shape, needsShape, regions);
  if (read === null) return false;
  reader.found.push({ ...read, start, end });
  readLineEnds(reader, last, digits, hasPlus, read);
  return true;
}

/** `2006-18 (2017` is no one number; Google's matcher asks for brackets in pairs as well. */
function opensBracket(spelling: string, after: string): boolean {
  const opening = spelling.lastIndexOf('(');
  return opening !== -1 && !spelling.includes(')', opening) && !after.includes(')');
}

type Read = Omit<ReadNumber, 'start' | 'end'>;

function readInternational(reader: Reader, digits: string): Read | null {
  reader.attempts += 1;
  // The prefix of most of the world is sometimes written after a plus.
  const number =
    parseNumber(digits, true, null) ?? (digits.startsWith('00') ? parseNumber(digits.slice(2), true, null) : null);
  return number === null ? null : { ...number, assumed: -1, hasShape: true };
}

function readNational(
  reader: Reader,
  digits: string,
  shape: string,
  needsShape: boolean,
  regions: readonly string[],
): Read | null {
  for (const [assumed, region] of regions.entries()) {
    const plan = planOf(region);
    const hasShape = shape !== '' && (plan?.shapes.has(shape) ?? false);
    if (needsShape && !hasShape) continue;
    // A region that the page is less likely of must be recognised by more than that its numbers are as long.
    const lacksTrunk = plan?.nationalPrefix === '0' && !digits.startsWith('0');
    if (assumed > 0 && !isRecognised[reader.trust](hasShape, lacksTrunk)) continue;
    reader.attempts += 1;
    const number = parseNumber(digits, false, region);
    if (number !== null) return { ...number, assumed: number.international ? -1 : assumed, hasShape };
  }
  if (needsShape) return null;
  return readDialled(reader, digits);
}

const isRecognised: Record<Trust, (hasShape: boolean, lacksTrunk: boolean) => boolean> = {
  bare: (hasShape, lacksTrunk) => hasShape && !lacksTrunk,
  labelled: (hasShape, lacksTrunk) => hasShape || !lacksTrunk,
  declared: () => true,
};

/**
 * The prefix that most of the world dials, where another is dialled; links to international numbers that lack a plus; and
 * `( 852 ) 2345 6789`.
 */
function readDialled(reader: Reader, digits: string): Read | null {
  const { text, run } = reader;
  const [, end = 0, ,] = run.groups;
  const isBracketed = /[([]/.test(text.slice(run.start, run.groups[0])) && /^ ?[)\]]/.test(text.slice(end, end + 2));
  const hasCode = (reader.trust !== 'bare' && digits.length > 10) || (isBracketed && digits.length > 9);
  const rest = digits.startsWith('00') ? digits.slice(2) : hasCode ? digits : '';
  if (rest === '' || rest.startsWith('0')) return null;
  reader.attempts += 1;
  const number = parseNumber(rest, true, null);
  return number === null ? null : { ...number, assumed: -1, hasShape: false };
}

const mostLineEnds = 6;
const longestLineEnd = 4;

/** `33074700/01/02`, `+86 21 6475 3203 / 6475 3206`: the last digits of further lines, grouped as those of the first. */
function readLineEnds(reader: Reader, next: number, digits: string, hasPlus: boolean, read: Read): void {
  const { text, run, regions } = reader;
  const count = run.groups.length / 2;
  let line = digits;
  for (let group = next, lines = 0; group < count && lines < mostLineEnds; lines++) {
    if (!/^ ?\/ ?$/.test(text.slice(run.groups[group * 2 - 1], run.groups[group * 2]))) return;
    let last = group + 1;
    while (last < count && !text.slice(run.groups[last * 2 - 1], run.groups[last * 2]).includes('/')) last += 1;
    const ending = digitsBetween(run, text, group, last);
    const isShort = last === group + 1 && ending.length <= longestLineEnd;
    const isAlike = shapeOf(run, group, last) === shapeOf(run, Math.max(0, next - (last - group)), next);
    if ((!isShort && !isAlike) || digits.length - ending.length < 2) return;
    const region = read.assumed >= 0 ? (regions[read.assumed] ?? null) : read.region;
    const number = parseNumber(line.slice(0, -ending.length) + ending, hasPlus, region);
    if (number === null || (!isShort && parseNumber(ending, false, region) !== null)) return;
    const [start = 0, end = 0] = [run.groups[group * 2], run.groups[last * 2 - 1]];
    reader.found.push({ ...number, assumed: read.assumed, hasShape: read.hasShape, start, end });
    line = line.slice(0, -ending.length) + ending;
    group = last;
  }
}

function wasReadAsLineEnd({ found, run }: Reader, group: number): boolean {
  return found.some(({ start }) => start === run.groups[group * 2]);
}

function digitsBetween({ groups }: DigitRun, text: string, first: number, last: number): string {
  let digits = '';
  for (let group = first; group < last; group++) digits += text.slice(groups[group * 2], groups[group * 2 + 1]);
  return digits;
}

function shapeOf({ groups }: DigitRun, first: number, last: number): string {
  let shape = '';
  for (let group = first; group < last; group++) {
    shape += `${group === first ? '' : '-'}${(groups[group * 2 + 1] ?? 0) - (groups[group * 2] ?? 0)}`;
  }
  return shape;
}
