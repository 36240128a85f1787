/**
 * What an escape stands for and how many bytes it takes, in one number so that nothing is allocated for each byte of a
 * file; 0 is no escape.
 */
type Unit = number;

export const characterOf = (unit: Unit): number => unit >>> 5;
export const lengthOf = (unit: Unit): number => unit & 31;
const unitOf = (character: number, length: number): Unit => (character << 5) | length;

/** The escape, or the digit of another script, that starts at `offset`. */
export function unitAt(bytes: Uint8Array, offset: number): Unit {
  const byte = bytes[offset] as number;
  if (byte === percent) return percentEncoded(bytes, offset);
  if (byte === ampersand) return characterReference(bytes, offset);
  if (byte === backslash) return backslashEscape(bytes, offset);
  return otherDigit(bytes, offset);
}

const percent = 0x25;
const ampersand = 0x26;
const backslash = 0x5c;
const brace = 0x7b;
const zero = 0x30;

/** `%32`, and the `%u0032` of old scripts. */
function percentEncoded(bytes: Uint8Array, offset: number): Unit {
  const unicode = letterAt(bytes, offset + 1) === 'u';
  return numeral(bytes, offset, unicode ? offset + 2 : offset + 1, 16, unicode ? 4 : 2);
}

/** `&#50;`, `&#x32;`, `&nbsp;`. */
function characterReference(bytes: Uint8Array, offset: number): Unit {
  if (bytes[offset + 1] !== 0x23) return startsWith(bytes, offset, nbsp) ? unitOf(0x20, nbsp.length) : 0;
  const hexadecimal = letterAt(bytes, offset + 2) === 'x';
  const start = hexadecimal ? offset + 3 : offset + 2;
  let end = start;
  while (end - start < 7 && digitAt(bytes, end, hexadecimal ? 16 : 10) >= 0) end++;
  const unit = numeral(bytes, offset, start, hexadecimal ? 16 : 10, end - start);
  return unit !== 0 && bytes[end] === 0x3b ? unit + 1 : unit;
}

const nbsp = Buffer.from('&nbsp;');

/** `\u0032`, `\u{32}`, `\x32`, `\062`, with up to four backslashes, as they pile up in JSON within JSON. */
function backslashEscape(bytes: Uint8Array, offset: number): Unit {
  let start = offset + 1;
  while (bytes[start] === backslash && start - offset < 4) start++;
  const letter = letterAt(bytes, start);
  if (letter === 'x') return numeral(bytes, offset, start + 1, 16, 2);
  if (letter !== 'u') return numeral(bytes, offset, start, 8, 3);
  if (bytes[start + 1] !== brace) return numeral(bytes, offset, start + 1, 16, 4);
  let end = start + 2;
  while (end - start < 8 && digitAt(bytes, end, 16) >= 0) end++;
  const unit = numeral(bytes, offset, start + 2, 16, end - start - 2);
  return unit === 0 ? 0 : unit + 1;
}

/** The escape from `offset` on whose value is the `length` digits from `start` on. */
function numeral(bytes: Uint8Array, offset: number, start: number, base: number, length: number): Unit {
  let value = 0;
  for (let index = start; index < start + length; index++) {
    const digit = digitAt(bytes, index, base);
    if (digit < 0) return 0;
    value = value * base + digit;
  }
  if (length === 0 || value > 0x10ffff) return 0;
  const asDigit = digitValues.get(value);
  return unitOf(asDigit === undefined ? value : zero + asDigit, start + length - offset);
}

/** A digit in UTF-8, or a fullwidth one in GBK. */
function otherDigit(bytes: Uint8Array, offset: number): Unit {
  const first = bytes[offset] as number;
  const second = bytes[offset + 1] ?? 0;
  if (first === 0xa3) return second >= 0xb0 && second <= 0xb9 ? unitOf(second - 0xb0 + zero, 2) : 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  let codePoint = first & (0xff >> (length + 1));
  for (let index = 1; index < length; index++) {
    const next = bytes[offset + index] ?? 0;
    if ((next & 0xc0) !== 0x80) return 0;
    codePoint = (codePoint << 6) | (next & 0x3f);
  }
  const digit = digitValues.get(codePoint);
  return digit === undefined ? 0 : unitOf(zero + digit, length);
}

/** Unicode gives each script its ten digits in a row. */
const digitValues = new Map<number, number>();
for (let codePoint = 0x80, run = 0; codePoint <= 0x1ffff; codePoint++) {
  if (/\p{Nd}/u.test(String.fromCodePoint(codePoint))) digitValues.set(codePoint, run++ % 10);
  else run = 0;
}

function digitAt(bytes: Uint8Array, offset: number, base: number): number {
  const byte = bytes[offset] ?? 0;
  const lower = byte | 0x20;
  const value = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
  return value < base ? value : -1;
}

function letterAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode((bytes[offset] ?? 0) | 0x20);
}

function startsWith(bytes: Uint8Array, offset: number, word: Uint8Array): boolean {
  return word.every((byte, index) => bytes[offset + index] === byte);
}
