import { NumfleetError } from '@numfleet/contracts';
import type { PhoneNumber } from './phone-number-door.ts';

/**
 * Where the digits of every PhoneNumber lie: a number that is not in a property cannot be logged, spread or serialised
 * by accident (I3). Dependency-cruiser names the files that may import this.
 */
const digits = new WeakMap<PhoneNumber, string>();

export function keepDigits(number: PhoneNumber, e164: string): void {
  digits.set(number, e164);
}

/** The plain E.164 form (with `;ext=`). Throws `internal-error` for an object that this thread did not make. */
export function digitsOf(number: PhoneNumber): string {
  const plain = digits.get(number);
  if (plain === undefined) throw new NumfleetError('internal-error', 'Not a phone number made by this thread.');
  return plain;
}
