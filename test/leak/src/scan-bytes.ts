import { base64Runs, decodeRun, digitsInRun } from './base64-runs.ts';
import { createFindDigits, type OnSighting } from './find-digits.ts';
import { createFindIntegers } from './find-integers.ts';
import { foldText } from './fold-text.ts';
import { decimalRuns, hexRuns } from './printed-bytes.ts';
import { unpackAll, unpackStart } from './unpack.ts';
import type { WantedNumber } from './wanted-numbers.ts';

export type Sighting = { number: number; encoding: string; offset: number };

/** Bytes with what was undone to get them, from the outside in, and where they are in what was given. */
type Layer = { bytes: Buffer; path: readonly string[]; placeOf: (offset: number) => number };

/** Undoes one encoding after another and looks for the digits in each. The plainest sighting of a number is kept. */
export function createByteScan(wanted: readonly WantedNumber[]): (bytes: Buffer) => Sighting[] {
  const findDigits = createFindDigits(wanted);
  const findIntegers = createFindIntegers(wanted);

  return (bytes) => {
    const sightings = new Map<number, Sighting>();
    const noteIn =
      ({ path, placeOf }: Layer, encoding: string): OnSighting =>
      (number, offset, isReversed = false) => {
        if (sightings.has(number)) return;
        const steps = [...path, isReversed ? 'reversed' : encoding];
        sightings.set(number, { number, encoding: steps.join(' > '), offset: placeOf(offset) });
      };

    const scanLayer = (layer: Layer) => {
      for (const window of windowsOf(layer)) scanWindow(window);
      if (layer.path.length >= maxDepth) return;
      for (const { offset, format, bytes } of unpackAll(layer.bytes)) scanLayer(within(layer, offset, bytes, format));
    };

    const scanWindow = (window: Layer) => {
      findDigits(window.bytes, noteIn(window, 'digits'));
      findIntegers(window.bytes, noteIn(window, 'integer'));
      scanEscapes(window);
      scanBase64(window);
      const latin1 = window.bytes.toString('latin1');
      for (const { offset, bytes } of hexRuns(latin1)) scanRun(within(window, offset, bytes, 'hex'));
      for (const { offset, bytes } of decimalRuns(latin1)) scanRun(within(window, offset, bytes, 'byte list'));
    };

    const scanEscapes = (layer: Layer, depth = 1) => {
      const folded = foldText(layer.bytes);
      if (folded === null) return;
      const plain = {
        bytes: folded.bytes,
        path: [...layer.path, 'escapes'],
        placeOf: (offset: number) => layer.placeOf(folded.originOf(offset)),
      };
      scanRun(plain);
      if (depth < maxEscapeDepth) scanEscapes(plain, depth + 1);
    };

    const scanBase64 = (layer: Layer) => {
      for (const run of base64Runs(layer.bytes)) {
        for (const { offset, bytes } of digitsInRun(layer.bytes, run)) {
          scanRun(within(layer, offset, bytes, 'base64'));
        }
        if (run.end - run.start < shortestPacked || layer.path.length >= maxDepth) continue;
        const decoded = within(layer, run.start, decodeRun(layer.bytes, run), 'base64');
        for (const { format, bytes } of unpackStart(decoded.bytes)) scanLayer(within(decoded, 0, bytes, format));
      }
    };

    const scanRun = (layer: Layer) => findDigits(layer.bytes, noteIn(layer, 'digits'));

    scanLayer({ bytes, path: [], placeOf: (offset) => offset });
    return [...sightings.values()];
  };
}

const maxDepth = 3;
const maxEscapeDepth = 2;
/** Characters of base64 below which nothing packed can hold a number. */
const shortestPacked = 20;

/** A layer that was packed in another: all of it is where its packing begins. */
function within(outer: Layer, offset: number, bytes: Buffer, encoding: string): Layer {
  const place = outer.placeOf(offset);
  return { bytes, path: [...outer.path, encoding], placeOf: () => place };
}

const windowSize = 16 << 20;
/** What lies across the edge of two windows is whole in one of them, up to this size. */
const overlap = 64 << 10;

/** Large files are read piece by piece, so that the copies that decoding makes stay small. */
function* windowsOf({ bytes, path, placeOf }: Layer): Generator<Layer> {
  for (let start = 0; start === 0 || start + overlap < bytes.length; start += windowSize - overlap) {
    yield { bytes: bytes.subarray(start, start + windowSize), path, placeOf: (offset) => placeOf(start + offset) };
  }
}
