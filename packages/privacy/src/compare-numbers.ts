import type { PhoneNumber } from './phone-number-door.ts';
import { digitsOf } from './vault.ts';

/** Whether some number is not among those known. Of two readings of a page, no more than that need leave their thread (I3). */
export function hasNumberBeyond(known: Iterable<PhoneNumber>, numbers: Iterable<PhoneNumber>): boolean {
  const digits = new Set(Iterator.from(known).map(digitsOf));
  return Iterator.from(numbers).some((number) => !digits.has(digitsOf(number)));
}
