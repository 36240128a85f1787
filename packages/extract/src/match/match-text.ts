import type { FindingLabel, NumberType, RejectReason } from '@numfleet/contracts';
import { planOf } from '../numbering/numbering-plans.ts';
import { hasUnknownPrefix } from '../numbering/parse-number.ts';
import { type DigitRun, nextRun } from './digit-runs.ts';
import { createInterpreter, interpretRun, type ReadNumber } from './interpret-run.ts';
import { isLabelled, labelAfter, labelBefore } from './labels.ts';
import { type Context, contextOf, rejectionOf } from './look-alikes.ts';
import { regionBefore } from './named-region.ts';
import { vanityNumbers } from './vanity-numbers.ts';

/** A valid number as it was read. `e164` is plain: it goes straight into a PhoneNumber (I3). */
export type Match = {
  e164: string;
  region: string | null;
  type: NumberType;
  label: FindingLabel | null;
  /** A word right before it says what it is. */
  labelled: boolean;
  /** Written with its country code, so that no region had to be assumed. */
  international: boolean;
  /** Which of the regions was assumed; -1 for none. */
  assumed: number;
  /** Offsets into the text. */
  start: number;
  end: number;
};

export type Reading = { match: Match } | { rejected: RejectReason; start: number; end: number };

/** Takes what was read, and says whether more is wanted. Called back, since generators cost more than they yield here. */
export type TakeReading = (reading: Reading) => boolean;

export type MatchOptions = {
  /** Tried in turn for numbers without a country code. */
  regions: readonly string[];
  /**
   * Text that programs wrote: without a plus or a word before them, digits are an id there (`some`: where they stand in one
   * group; `all`: however they are written, as in scripts, of which coordinates and codes are half).
   */
  machineText?: 'some' | 'all';
  /** Whether a number was found before, so that its context need not be looked at. */
  isSettled?: (e164: string) => boolean;
};

const leastDigits = 7;
/** Where a region's numbers have fewer, a word such as "Tel." must stand before them. */
const leastDigitsLabelled = 5;
const labelReach = 40;

/** Reads the phone numbers out of folded text, in order; what looks like a number and is none comes out as a reason. */
export function matchText(text: string, options: MatchOptions, take: TakeReading): void {
  const progress: Progress = {
    lastEnd: 0,
    explained: 0,
    rejections: createRejections(),
    interpret: createInterpreter(options.regions),
  };
  const least = hasShortNumbers(options.regions[0]) ? leastDigitsLabelled : leastDigits;
  for (let run = nextRun(text, 0, least); run !== null; run = nextRun(text, run.end, least)) {
    if (run.digits < leastDigits && !isLabelledAt(text, run.start)) continue;
    if (!matchRun(text, run, options, progress, take)) return;
  }
  vanityNumbers(text, take);
}

type Progress = {
  /** Where the number before this one ended. */
  lastEnd: number;
  /** How many runs without a valid number were looked at for what else they are. */
  explained: number;
  rejections: Rejections;
  interpret: (text: string, run: DigitRun) => ReadNumber[];
};

type Rejections = { of(e164: string, look: () => RejectReason | null): RejectReason | null };

/** What was rejected so often in one text is so again, and its context is not looked at. */
const mostRejections = 64;
const mostRejected = 2_000;

function createRejections(): Rejections {
  const known = new Map<string, { reason: RejectReason; count: number }>();
  return {
    of(e164, look) {
      const entry = known.get(e164);
      if (entry !== undefined && entry.count >= mostRejections) return entry.reason;
      const reason = look();
      if (reason === null) return null;
      if (entry !== undefined) entry.count += 1;
      else if (known.size < mostRejected) known.set(e164, { reason, count: 1 });
      return reason;
    },
  };
}

/** Beyond it what is no valid number is `invalid`, whatever else it is: a page of a million near-misses must not take long. */
const mostExplained = 2_000;

function hasShortNumbers(region: string | undefined): boolean {
  const [shortest = leastDigits] = (region === undefined ? null : planOf(region))?.lengths ?? [];
  return shortest < leastDigits;
}

function isLabelledAt(text: string, start: number): boolean {
  return isLabelled(text.slice(Math.max(0, start - labelReach), start));
}

/** Reads a value that its page declares to be a phone number: nothing around it can speak against it. */
export function matchDeclared(value: string, regions: readonly string[], take: TakeReading): void {
  for (let run = nextRun(value, 0, leastDigits); run !== null; run = nextRun(value, run.end, leastDigits)) {
    if (!matchDeclaredRun(value, run, regions, take)) return;
  }
  vanityNumbers(value, take);
}

function matchDeclaredRun(value: string, run: DigitRun, regions: readonly string[], take: TakeReading): boolean {
  const numbers = run.isNoise ? [] : interpretRun(value, run, regions, 'declared');
  if (numbers.length === 0) {
    const rejected = run.isNoise ? 'sequence' : invalidOrNoRegion(value, run, regions);
    return take({ rejected, start: run.start, end: run.end });
  }
  return numbers.every((number) => take(readingOf(value, run, number, { before: '', after: '', labelled: true })));
}

/** The regions of the first international numbers in a text, one a number, for the ranking of regions. */
export function regionsIn(text: string): string[] {
  const regions: string[] = [];
  let tried = 0;
  for (let plus = text.indexOf('+'); plus !== -1 && tried < mostTried; plus = text.indexOf('+', plus + 1)) {
    tried += 1;
    const spelling = text.slice(plus, plus + longestSpelling);
    const run = nextRun(spelling, 0, leastDigits);
    if (run === null || run.isNoise || run.start > maxLead) continue;
    for (const { region } of interpretRun(spelling, run, [], 'bare')) if (region !== null) regions.push(region);
  }
  return regions;
}

const mostTried = 100;
const maxLead = 4;
const longestSpelling = 32;

function matchRun(text: string, run: DigitRun, options: MatchOptions, progress: Progress, take: TakeReading): boolean {
  const { machineText, regions } = options;
  if (machineText !== undefined && isBare(text, run, machineText)) {
    return take({ rejected: 'identifier', start: run.start, end: run.end });
  }
  const numbers = run.isNoise ? [] : interpretHere(text, run, options, progress);
  if (numbers.length === 0) {
    return take({ rejected: reasonFor(text, run, regions, progress), start: run.start, end: run.end });
  }
  return numbers.every((number) => take(readInContext(text, run, number, options, progress)));
}

function readInContext(
  text: string,
  run: DigitRun,
  number: ReadNumber,
  options: MatchOptions,
  progress: Progress,
): Reading {
  const e164 = e164At(text, number);
  if (options.isSettled?.(e164)) return readingOf(text, run, number, { before: '', after: '', labelled: false });
  const start = number.start === run.groups[0] ? run.start : number.start;
  const context = contextOf(text, start, number.end);
  const before = ownContext(text, progress.lastEnd, start);
  progress.lastEnd = number.end;
  const reason = progress.rejections.of(e164, () => {
    return rejectionOf(text, run, number, context) ?? (lacksPrefix(number, options, context) ? 'identifier' : null);
  });
  return reason === null
    ? readingOf(text, run, number, { ...context, before })
    : { rejected: reason, start: number.start, end: number.end };
}

/** As the country that is named before it says, where it is a number there; else by the page's regions. */
function interpretHere(
  text: string,
  run: DigitRun,
  { regions, isSettled }: MatchOptions,
  progress: Progress,
): ReadNumber[] {
  const numbers = progress.interpret(text, run);
  const assumed = numbers.find((number) => number.assumed >= 0);
  if (numbers.length > 0 && (assumed === undefined || isSettled?.(e164At(text, assumed)))) return numbers;
  if (numbers.length === 0 && progress.explained >= mostExplained) return numbers;
  const named = regionBefore(text, run.start);
  if (named !== null && (assumed === undefined || named !== regions[assumed.assumed])) {
    const there = interpretRun(text, run, [named], 'bare').filter(({ region }) => region === named);
    const rank = Math.max(0, regions.indexOf(named));
    if (there.length > 0) return there.map((number) => ({ ...number, assumed: number.international ? -1 : rank }));
  }
  // After a word such as "Tel." a country code may lack its plus.
  return numbers.length === 0 && isLabelledAt(text, run.start) ? interpretRun(text, run, regions, 'labelled') : numbers;
}

const longEnough = 10;
/** By the formats of libphonenumber's metadata: their mobile numbers are written without the prefix that they have. */
const mobilesWithoutPrefix = new Set(['BO', 'BR', 'CN', 'CO', 'GE', 'KI', 'LB', 'LI', 'MN', 'NP', 'PE', 'SO']);

/** A few digits in one group, without the prefix that the region's numbers are written with and without a word before them. */
function lacksPrefix(number: ReadNumber, { regions }: MatchOptions, { labelled }: Context): boolean {
  // In one group it is as long as its digits.
  const length = number.end - number.start;
  if (labelled || number.assumed === -1 || length !== number.national.length || length >= longEnough) return false;
  const region = regions[number.assumed] ?? '';
  if (number.type === 'mobile' && mobilesWithoutPrefix.has(region)) return false;
  return planOf(region)?.nationalPrefix === '0';
}

/** Without a plus or a word before it, and in one group where others are taken. */
function isBare(text: string, run: DigitRun, machineText: 'some' | 'all'): boolean {
  if ((machineText === 'some' && run.groups.length !== 2) || text.slice(run.start, run.groups[0]).includes('+'))
    return false;
  return !isLabelledAt(text, run.start);
}

/** The words that may label a number; those of an earlier line with a number of its own are that one's. */
function ownContext(text: string, lastEnd: number, start: number): string {
  const from = Math.max(0, start - labelReach, Math.min(lastEnd, start));
  return text.slice(from, start).replace(/^[\s\S]*\d[^\n]*\n/, '');
}

/** Why a run without a valid number is none: by what it is instead, where that shows. */
function reasonFor(text: string, run: DigitRun, regions: readonly string[], progress: Progress): RejectReason {
  if (run.isNoise) return 'sequence';
  if (progress.explained >= mostExplained) return invalidOrNoRegion(text, run, regions);
  progress.explained += 1;
  const place = { start: run.groups[0] ?? run.start, end: run.end };
  return rejectionOf(text, run, place, contextOf(text, run.start, run.end)) ?? invalidOrNoRegion(text, run, regions);
}

function invalidOrNoRegion(text: string, run: DigitRun, regions: readonly string[]): RejectReason {
  if (text.slice(run.start, run.groups[0]).includes('+')) {
    return hasUnknownPrefix(text.slice(run.groups[0], run.end).replace(/\D/g, '')) ? 'unknown-prefix' : 'invalid';
  }
  return regions.length === 0 ? 'no-region' : 'invalid';
}

function readingOf(text: string, run: DigitRun, number: ReadNumber, { before, after, labelled }: Context): Reading {
  const e164 = e164At(text, number);
  if (!/^\+[1-9]\d{6,14}(?:;ext=\d{1,15})?$/.test(e164))
    return { rejected: 'invalid', start: number.start, end: number.end };
  const { region, type, international, assumed, end } = number;
  return {
    match: {
      e164,
      region,
      type,
      label: labelAfter(after) ?? labelBefore(before),
      labelled,
      international,
      assumed,
      start: number.start === run.groups[0] ? run.start : number.start,
      end,
    },
  };
}

/** E.164 with RFC 3966's `;ext=` where an extension follows. */
function e164At(text: string, { code, national, end }: ReadNumber): string {
  const extension = extensionAfter(text, end);
  return `+${code}${national}${extension === null ? '' : `;ext=${extension}`}`;
}

/** An extension where the text says so; libphonenumber would take `, 45 days` for one. */
function extensionAfter(text: string, end: number): string | null {
  const following = text.slice(end, end + 28);
  return (
    /^[ ,.(]{0,3}(?:;ext=|(?:e?xt(?:n|ension)?|int|anexo|ramal|доб|poste|durchwahl|dw)\b[.:]? ?|#|x ?)(\d{1,7})(?!\d)/iu.exec(
      following,
    )?.[1] ?? null
  );
}
