import { NumfleetError } from '@numfleet/contracts';
import { keepDigits } from './vault.ts';

const inspect = Symbol.for('nodejs.util.inspect.custom');

/** A phone number in memory: opaque, and every way to print it prints `[phone]` (I3). */
export type PhoneNumber = Readonly<{
  toString(): string;
  toJSON(): string;
  [inspect](): string;
}>;

const printed = '[phone]';

/** E.164 after the plus: 7 to 15 digits, with RFC 3966's extension where there is one. */
const form = /^\+[1-9][0-9]{6,14}(;ext=[0-9]{1,15})?$/;

/**
 * Takes `+` and 7 to 15 digits (E.164), with `;ext=` and digits where there is an extension (RFC 3966).
 * Throws `internal-error` for any other form, without the value in its message.
 */
export function createPhoneNumber(e164: string): PhoneNumber {
  if (!form.test(e164)) throw new NumfleetError('internal-error', 'Not a phone number in E.164 form.');
  const number: PhoneNumber = Object.freeze({ toString: print, toJSON: print, [inspect]: print });
  keepDigits(number, e164);
  return number;
}

function print(): string {
  return printed;
}
