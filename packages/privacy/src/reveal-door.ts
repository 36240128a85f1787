import { NumfleetError } from '@numfleet/contracts';
import type { PhoneNumber } from './phone-number-door.ts';
import { vault } from './vault.ts';

/** The plain E.164 form (with `;ext=`). Importable in the few files that dependency-cruiser names, and nowhere else. */
export function reveal(number: PhoneNumber): string {
  const plain = vault.get(number);
  if (plain === undefined) throw new NumfleetError('internal-error', 'Not a phone number made by this process.');
  return plain;
}
