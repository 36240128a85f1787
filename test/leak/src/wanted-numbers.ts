/** A number to look for, in the two lengths it is written in. */
export type WantedNumber = {
  index: number;
  international: string;
  national: string;
  /** Both from their last digit to their first. */
  isReversed: boolean;
};

/** Shorter strings of digits turn up by chance. */
export const leastDigits = 9;

/** @throws RangeError for an empty list, and for what is not E.164 with at least nine digits */
export function wantedNumbers(numbers: readonly string[]): WantedNumber[] {
  if (numbers.length === 0) throw new RangeError('there is no number to look for, so the scan would prove nothing');
  return numbers.map((number, index) => {
    const international = /^\+([1-9]\d{8,14})(;ext=\d+)?$/.exec(number)?.[1];
    if (international === undefined) {
      throw new RangeError(`number ${index} of the list is not E.164 with ${leastDigits} to 15 digits`);
    }
    return { index, international, national: international.slice(callingCodeLength(international)), isReversed: false };
  });
}

export function reversed({ index, international, national }: WantedNumber): WantedNumber {
  return { index, international: backwards(international), national: backwards(national), isReversed: true };
}

function backwards(digits: string): string {
  return Array.from(digits).toReversed().join('');
}

/** Of the calling codes (ITU-T E.164 annex) with two digits; 1 and 7 have one, all others three. */
const twoDigits = new Set(
  '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
);

function callingCodeLength(international: string): number {
  if (international.startsWith('1') || international.startsWith('7')) return 1;
  return twoDigits.has(international.slice(0, 2)) ? 2 : 3;
}
