import { leastDigits, reversed, type WantedNumber } from './wanted-numbers.ts';

/** Is told of each sighting: the number's index, where its first digit stands, and whether that is its last one. */
export type OnSighting = (number: number, offset: number, isReversed?: boolean) => void;
export type FindDigits = (bytes: Uint8Array, onSighting: OnSighting) => void;

/**
 * Finds numbers by their digits, with up to `maxGap` bytes between two that are neither digit nor letter; a NUL is such
 * a byte, so that UTF-16 and UTF-32 need no pass of their own. One pass, linear: the last nine digits roll along as an
 * integer, and only where that integer is one of the wanted is anything compared.
 */
export function createFindDigits(wanted: readonly WantedNumber[]): FindDigits {
  const byTail = new Map<number, WantedNumber[]>();
  const filter = new Uint8Array(filterSize);
  for (const number of wanted.flatMap((one) => [one, reversed(one)])) {
    for (const tail of tailsOf(number)) {
      byTail.set(tail, [...(byTail.get(tail) ?? []), number]);
      filter[tail & (filterSize - 1)] = 1;
    }
  }

  return (bytes, onSighting) => {
    let tail = 0;
    let digits = 0;
    let gap = 0;
    for (let offset = 0; offset < bytes.length; offset++) {
      const value = classOf[bytes[offset] as number] as number;
      if (value < 10) {
        tail = (tail % 100_000_000) * 10 + value;
        digits += 1;
        gap = 0;
        if (digits >= leastDigits && filter[tail & (filterSize - 1)] === 1) {
          for (const number of byTail.get(tail) ?? []) compare(bytes, offset, number, onSighting);
        }
      } else if (value === letter || ++gap > maxGap) {
        digits = 0;
      }
    }
  };
}

/** Its last nine digits are the same in both lengths, unless it is reversed. */
function tailsOf({ international, national }: WantedNumber): Set<number> {
  const long = [international, national].filter(({ length }) => length >= leastDigits);
  return new Set(long.map((digits) => Number(digits.slice(-leastDigits))));
}

const filterSize = 1 << 20;
const maxGap = 8;
const other = 10;
const letter = 11;

/** A byte's digit, or whether it is a letter. Bytes from 0x80 on are mostly spaces and dashes where digits are near. */
const classOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/[0-9]/.test(character)) return byte - 0x30;
  return /[A-Za-z]/.test(character) ? letter : other;
});

/** Whether the number ends at `end`: in full, or the shorter forms where no other digits adjoin. */
function compare(bytes: Uint8Array, end: number, number: WantedNumber, onSighting: OnSighting): void {
  const full = startOf(bytes, end, number.international);
  if (full !== null) onSighting(number.index, full, number.isReversed);
  else if (number.national.length < leastDigits) return;
  else if (number.isReversed) compareReversed(bytes, end, number, onSighting);
  else if (!isDigit(bytes[end + 1])) compareShorter(bytes, end, number, onSighting);
}

const trunkZero = 0x30;

function compareReversed(bytes: Uint8Array, end: number, number: WantedNumber, onSighting: OnSighting): void {
  const last = bytes[end + 1] === trunkZero ? end + 1 : end;
  const start = startOf(bytes, end, number.national);
  if (start !== null && !isDigit(bytes[start - 1]) && !isDigit(bytes[last + 1])) onSighting(number.index, start, true);
}

function compareShorter(bytes: Uint8Array, end: number, number: WantedNumber, onSighting: OnSighting): void {
  const national = startOf(bytes, end, number.national);
  if (national !== null && (!isDigit(bytes[national - 1]) || bytes[national - 1] === trunkZero)) {
    onSighting(number.index, national);
    return;
  }
  const tail = startOf(bytes, end, number.national.slice(-leastDigits));
  // After a point they are the fraction of a decimal, of which logs and metrics are full.
  if (tail !== null && !isDigit(bytes[tail - 1]) && bytes[tail - 1] !== 0x2e) onSighting(number.index, tail);
}

/** Where the digits that end at `end` start, gaps left aside; null where others stand there. */
function startOf(bytes: Uint8Array, end: number, digits: string): number | null {
  let offset = end;
  for (let index = digits.length - 1; index >= 0; index--) {
    let gap = 0;
    while (classOf[bytes[offset] ?? letterByte] === other && gap++ <= maxGap) offset--;
    if (bytes[offset] !== digits.charCodeAt(index)) return null;
    offset--;
  }
  return offset + 1;
}

const letterByte = 0x41;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
