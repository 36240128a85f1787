import type { FindDigits } from './find-digits.ts';
import type { WantedNumber } from './wanted-numbers.ts';

/** Finds numbers that somebody took for arithmetic: 64-bit integers and doubles, in both byte orders. */
export function createFindIntegers(wanted: readonly WantedNumber[]): FindDigits {
  const byBytes = new Map<string, number>();
  const filter = new Uint8Array(filterSize);
  for (const { index, international, national } of wanted) {
    for (const digits of [international, national]) {
      for (const bytes of layoutsOf(digits)) {
        byBytes.set(bytes.toString('hex'), index);
        filter[hash(bytes.readUInt32LE(0), bytes.readUInt32LE(4))] = 1;
      }
    }
  }

  return (bytes, onSighting) => {
    let low = 0;
    let high = 0;
    for (let offset = 0; offset < bytes.length; offset++) {
      low = (low >>> 8) | ((high & 0xff) << 24);
      high = (high >>> 8) | ((bytes[offset] as number) << 24);
      if (filter[hash(low, high)] === 0 || offset < 7) continue;
      const number = byBytes.get(Buffer.from(bytes.subarray(offset - 7, offset + 1)).toString('hex'));
      if (number !== undefined) onSighting(number, offset - 7);
    }
  };
}

const filterSize = 1 << 20;

function hash(low: number, high: number): number {
  return (low ^ Math.imul(high, 0x9e3779b1)) >>> 12;
}

function layoutsOf(digits: string): Buffer[] {
  const littleInteger = Buffer.alloc(8);
  littleInteger.writeBigInt64LE(BigInt(digits));
  const littleDouble = Buffer.alloc(8);
  littleDouble.writeDoubleLE(Number(digits));
  return [littleInteger, littleDouble].flatMap((little) => [little, Buffer.from(little).reverse()]);
}
