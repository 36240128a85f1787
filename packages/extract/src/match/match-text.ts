import type { FindingLabel, NumberType, RejectReason } from '@numfleet/contracts';
import { type CountryCode, findPhoneNumbersInText, type NumberFound, type PhoneNumber } from 'libphonenumber-js/max';
import { digitRuns } from './digit-runs.ts';
import { labelAfter, labelBefore } from './labels.ts';
import { isNoise, siftRun } from './look-alikes.ts';

/** A valid number as it was read. `e164` is plain: it goes straight into a PhoneNumber (I3). */
export type Match = {
  e164: string;
  region: CountryCode | null;
  type: NumberType;
  label: FindingLabel | null;
  /** Written with its country code, so that no region had to be assumed. */
  international: boolean;
};

export type Reading = { match: Match } | { rejected: RejectReason };

const leastDigits = 7;
const labelReach = 40;
const mostSpelledOut = 7;

/** Reads the phone numbers out of folded text, in order; what looks like a number and is none comes out as a reason. */
export function* matchNumbers(text: string, region: CountryCode | null): Generator<Reading> {
  for (const run of digitRuns(text)) {
    if (run.digits < leastDigits) continue;
    const { pieces, reason } = siftRun(text, run);
    if (reason !== null) yield { rejected: reason };
    for (const piece of pieces) yield* matchPiece(text, piece, region, false);
  }
}

/** Reads a value that its page declares to be a phone number: nothing around it can speak against it. */
export function* matchDeclared(value: string, region: CountryCode | null): Generator<Reading> {
  for (const run of digitRuns(value)) {
    if (isNoise(run)) yield { rejected: 'sequence' };
    else if (run.digits >= leastDigits) yield* matchPiece(value, run, region, true);
  }
}

/** The regions of what was read, one a match, for `regionOfPage`. */
export function* regionsOf(readings: Iterable<Reading>): Generator<CountryCode> {
  for (const reading of readings) if ('match' in reading && reading.match.region !== null) yield reading.match.region;
}

function* matchPiece(
  text: string,
  piece: { start: number; end: number },
  region: CountryCode | null,
  declared: boolean,
): Generator<Reading> {
  const spelling = text.slice(piece.start, piece.end).replace(/^[([ ]*\+[+ ]*/, '+');
  const extension = extensionAfter(text, piece.end);
  const { found, from } = findNumbers(spellingsOf(spelling, declared), extension, region);
  if (found.length === 0) yield { rejected: region === null && !spelling.startsWith('+') ? 'no-region' : 'invalid' };
  let last = 0;
  for (const { number, startsAt, endsAt } of found) {
    const e164 = e164Of(number);
    if (e164 === null) {
      yield { rejected: 'invalid' };
      continue;
    }
    const before = contextBefore(text, piece.start) + from.slice(last, startsAt);
    const after = endsAt >= from.length ? text.slice(piece.end, piece.end + labelReach) : '';
    last = endsAt;
    const region = number.country ?? null;
    const label = labelAfter(after) ?? labelBefore(before);
    const international = /^[([ ]*\+/.test(from.slice(startsAt));
    yield { match: { e164, region, type: typeOf(number), label, international } };
  }
}

/** The words that may label a number; those of an earlier line with a number of its own are that one's. */
function contextBefore(text: string, start: number): string {
  return text.slice(Math.max(0, start - labelReach), start).replace(/^[\s\S]*\d[^\n]*\n/, '');
}

/** libphonenumber would take `, 45 days` for an extension, so it is shown what follows only where that says so. */
function extensionAfter(text: string, end: number): string {
  const following = text.slice(end, end + 24);
  return /^[ ,.(]{0,3}(?:;ext=|e?xt(?:n|ension)?|int\b|anexo|ramal|доб|#|x ?\d)[^\n]*/iu.exec(following)?.[0] ?? '';
}

/** How a number may be meant, likeliest first. */
function spellingsOf(spelling: string, declared: boolean): string[] {
  const digits = spelling.replace(/\D+/g, '');
  if (isSpelledOut(spelling, digits)) return spellingsOf(spelling.startsWith('+') ? `+${digits}` : digits, declared);
  // The prefix that most of the world dials before a country code; it is unknown to regions that dial another.
  if (/^00[1-9]/.test(digits)) return [spelling, spelling.replace(/^[([]?00/, '+')];
  // A link to an international number often lacks its plus.
  if (declared && /^[1-9]\d{10}/.test(digits)) return [spelling, `+${digits}`];
  return [spelling];
}

/** `0 2 0 7 9 4 6 0 9 5 8`: tried as one group, since libphonenumber would try every part of it, at 0.5 ms each. */
function isSpelledOut(spelling: string, digits: string): boolean {
  return digits.length > mostSpelledOut && digits.length < 1.5 * (spelling.match(/\d+/g)?.length ?? 0);
}

function findNumbers(
  spellings: string[],
  extension: string,
  region: CountryCode | null,
): { found: NumberFound[]; from: string } {
  for (const spelling of spellings) {
    const from = spelling + extension;
    const all = findPhoneNumbersInText(from, region === null ? {} : { defaultCountry: region });
    const found = all.filter(({ startsAt }) => startsAt < spelling.length);
    if (found.length > 0) return { found, from };
  }
  return { found: [], from: '' };
}

/** E.164 with RFC 3966's `;ext=`; null for the few valid numbers that are shorter or longer than E.164 allows for. */
function e164Of(number: PhoneNumber): string | null {
  const e164 = number.ext === undefined ? number.number : `${number.number};ext=${number.ext}`;
  return /^\+[1-9]\d{6,14}(;ext=\d{1,15})?$/.test(e164) ? e164 : null;
}

function typeOf(number: PhoneNumber): NumberType {
  return (number.getType()?.toLowerCase() as NumberType | undefined) ?? 'unknown';
}
