import { gzipSync } from 'node:zlib';

/** A way in which a number may have got into a file, a row or an answer. */
export interface Encoding {
  name: string;
  /** Whether what carries text, and neither NUL nor bytes that are no UTF-8, can carry it. */
  isText: boolean;
  /** `digits` are those of E.164, of a country whose calling code has two. */
  write(digits: string): string | Buffer;
}

const base64 = (shift: number): Encoding => ({
  name: `base64 +${shift}`,
  isText: true,
  write: (digits) => Buffer.from(`${'x'.repeat(shift)}tel:+${digits}`).toString('base64'),
});

export const encodings: readonly Encoding[] = [
  { name: 'E.164', isText: true, write: (digits) => `+${digits}` },
  { name: 'national', isText: true, write: (digits) => `0${digits.slice(2)}` },
  { name: 'spaced', isText: true, write: (digits) => `+${digits.replace(/(..)(...)(....)(.*)/, '$1 $2 $3 $4')}` },
  { name: 'digits', isText: true, write: (digits) => digits },
  { name: 'reversed', isText: true, write: (digits) => Array.from(digits).toReversed().join('') },
  { name: 'URL', isText: true, write: (digits) => encodeURIComponent(`tel:+${digits.replace(/../, '$& ')}`) },
  ...[0, 1, 2].map(base64),
  { name: 'hex', isText: true, write: (digits) => Buffer.from(`+${digits}`).toString('hex') },
  { name: 'UTF-16', isText: false, write: (digits) => Buffer.from(`+${digits}`, 'utf16le') },
  { name: 'JSON number', isText: true, write: (digits) => `{"number":${digits}}` },
  { name: 'gzip', isText: false, write: (digits) => gzipSync(`tel:+${digits}`) },
];

/**
 * A number of its own in each of some encodings; `place` tells those of one sink from those of another. What is found of them can
 * have come from nowhere else.
 */
export function leakOf(carried: readonly Encoding[], place: number): { leak: Buffer; numbers: string[] } {
  const digits = carried.map((_, index) => `49160${10 + place}${10 + index}4711`);
  const parts = carried.map((encoding, index) => Buffer.from(encoding.write(digits[index] ?? '')));
  return {
    leak: Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n | \n')])),
    numbers: digits.map((one) => `+${one}`),
  };
}
