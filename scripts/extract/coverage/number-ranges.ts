import { planTypes } from '../../../packages/extract/src/numbering/plan-types.ts';
import { compileDigitAutomaton, type DigitAutomaton } from '../digit-automaton.ts';
import { readMetadata } from '../metadata.ts';

/** A number of a range: the first digits of a region's numbers of a type, and one number that begins with them. */
export interface RangeNumber {
  region: string;
  type: string;
  prefix: string;
  national: string;
}

const prefixLength = 3;

/** One number for every three digits that numbers of a region and type begin with. */
export function* numbersOfRanges(): Generator<RangeNumber> {
  const { metadata } = readMetadata();
  for (const [region, plan] of Object.entries(metadata.countries)) {
    for (const [index, type] of planTypes.entries()) {
      const row = plan[11][index] ?? 0;
      if (row === 0 || row[0] === '') continue;
      const automaton = compileDigitAutomaton([{ pattern: row[0], lengths: row[1] ?? plan[3] }]);
      for (const { prefix, state } of prefixes(automaton)) {
        yield { region, type, prefix, national: prefix + completion(automaton, state) };
      }
    }
  }
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
