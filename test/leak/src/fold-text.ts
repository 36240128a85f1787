import { characterOf, lengthOf, unitAt } from './escapes.ts';

/** Bytes with every escape and every digit of another script made plain, and the way back to where a byte came from. */
export type Folded = { bytes: Buffer; originOf(offset: number): number };

/** Makes escaped text plain, once; null where there was nothing to do. */
export function foldText(bytes: Buffer): Folded | null {
  const plain = Buffer.allocUnsafe(bytes.length);
  const { written } = fold(bytes, plain, plain.length);
  // Whatever is folded gets shorter.
  if (written === bytes.length) return null;
  return {
    bytes: plain.subarray(0, written),
    // Sightings are rare: folding again up to one costs less than remembering where every byte came from.
    originOf: (offset) => fold(bytes, plain, offset).read,
  };
}

function fold(bytes: Uint8Array, plain: Uint8Array, stopAt: number): { read: number; written: number } {
  let read = 0;
  let written = 0;
  while (read < bytes.length && written < stopAt) {
    const byte = bytes[read] as number;
    const unit = mayEscape[byte] === 1 ? unitAt(bytes, read) : 0;
    plain[written++] = unit === 0 ? byte : byteOf(characterOf(unit));
    read += unit === 0 ? 1 : lengthOf(unit);
  }
  return { read, written };
}

/** `%`, `&`, `\`, the fullwidth digits' first byte in GBK, and the first bytes of UTF-8. */
const mayEscape = Uint8Array.from({ length: 256 }, (_, byte) =>
  [0x25, 0x26, 0x5c, 0xa3].includes(byte) || byte >= 0xc2 ? 1 : 0,
);

/** Escaped bytes are kept, for UTF-8 may come of them; a character beyond them only has to be no digit and no letter. */
function byteOf(character: number): number {
  return character <= 0xff ? character : 0x80;
}
