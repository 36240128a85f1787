import type { PhoneNumber } from './phone-number-door.ts';
import { digitsOf } from './vault.ts';

/**
 * A number as people without the right to see it see it: `+44•••••••34`, `+44•••••••34;ext=•`. The first two digits
 * and the last two; always seven dots, so that the length tells nothing.
 */
export function maskNumber(number: PhoneNumber): string {
  const [main = '', extension] = digitsOf(number).split(';ext=');
  return `${main.slice(0, 3)}•••••••${main.slice(-2)}${extension === undefined ? '' : ';ext=•'}`;
}
