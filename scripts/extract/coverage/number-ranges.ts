import { type CountryCode, type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { planTypes } from '../../../packages/extract/src/numbering/plan-types.ts';
import { compileDigitAutomaton, type DigitAutomaton } from '../digit-automaton.ts';
import { readMetadata } from '../metadata.ts';

/** A number of a region's range of a type, and what it stands for there: the digits that it begins with, or how many they are. */
export interface RangeNumber {
  region: string;
  type: string;
  prefix: string;
  number: PhoneNumber;
}

const prefixLength = 3;

/** One number for every three digits that numbers of a region and type begin with. */
export function* numbersOfRanges(): Generator<RangeNumber> {
  for (const { region, type, pattern, lengths } of ranges()) {
    const automaton = compileDigitAutomaton([{ pattern, lengths }]);
    for (const { prefix, state } of prefixes(automaton)) {
      const number = numberOf(region, prefix + completion(automaton, state));
      if (number !== null) yield { region, type, prefix, number };
    }
  }
}

/** One number for every length that numbers of a region and type have. */
export function* numbersOfLengths(): Generator<Omit<RangeNumber, 'prefix'>> {
  for (const { region, type, pattern, lengths } of ranges()) {
    for (const length of lengths) {
      const automaton = compileDigitAutomaton([{ pattern, lengths: [length] }]);
      const number = automaton.start === 0 ? null : numberOf(region, completion(automaton, automaton.start));
      if (number !== null) yield { region, type, number };
    }
  }
}

function* ranges() {
  const { metadata } = readMetadata();
  for (const [region, plan] of Object.entries(metadata.countries)) {
    for (const [index, type] of planTypes.entries()) {
      const row = plan[11][index] ?? 0;
      if (row === 0 || row[0] === '') continue;
      yield { region, type, pattern: row[0], lengths: row[1] ?? plan[3] };
    }
  }
}

/** Null where a neighbour with the same calling code has it: a few ranges overlap. */
function numberOf(region: string, national: string): PhoneNumber | null {
  const number = parsePhoneNumberFromString(national, { defaultCountry: region as CountryCode, extract: false });
  const isOurs = number?.isValid() === true && number.country === region && number.nationalNumber === national;
  return isOurs ? number : null;
}

function* prefixes(automaton: DigitAutomaton): Generator<{ prefix: string; state: number }> {
  const pending = [{ prefix: '', state: automaton.start }];
  for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
    if (one.prefix.length === prefixLength) {
      yield one;
      continue;
    }
    const { state, prefix } = one;
    for (const [digit, next] of (automaton.states[state]?.next ?? []).entries()) {
      if (next !== 0) pending.push({ prefix: prefix + digit, state: next });
    }
  }
}

/** The shortest way to a whole number, by digits that differ along it. */
function completion(automaton: DigitAutomaton, from: number): string {
  let digits = '';
  for (let state = from; automaton.states[state]?.matched.length === 0; ) {
    const next = automaton.states[state]?.next ?? [];
    const start = (digits.length * 3 + 4) % 10;
    const digit = Array.from({ length: 10 }, (_, step) => (start + step) % 10).find((one) => next[one] !== 0) ?? 0;
    digits += digit;
    state = next[digit] ?? 0;
    if (state === 0) break;
  }
  return digits;
}
