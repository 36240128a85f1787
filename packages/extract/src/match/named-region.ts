import { countryLike, regionNamed } from '../region/country-names.ts';

/** The country that is named last in the lines before a number, back to the number before it. */
export function regionBefore(text: string, start: number): string | null {
  const names = text.slice(endOfDigits(text, start), start).match(countryLike) ?? [];
  for (const name of names.reverse()) {
    const region = regionNamed(name);
    if (region !== null) return region;
  }
  return null;
}

const countryReach = 72;

/** Where the number before this one ends, at most `countryReach` before it. By hand: a pattern took as long as the rest. */
function endOfDigits(text: string, start: number): number {
  const least = Math.max(0, start - countryReach);
  let digits = 0;
  for (let at = start; at > least; at--) {
    const isDigit = text.charCodeAt(at - 1) >= 0x30 && text.charCodeAt(at - 1) <= 0x39;
    digits = isDigit ? digits + 1 : 0;
    if (digits === mostDigitsOfAddress) return at - 1 + mostDigitsOfAddress;
  }
  return least;
}

/** More digits in a row are no house or post code. */
const mostDigitsOfAddress = 6;
