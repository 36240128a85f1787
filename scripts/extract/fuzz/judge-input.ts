import { decodeHtml, readPage, readText, toUtf8 } from '@numfleet/extract';
import { type FoundInput, writeFound } from '../../../packages/extract/src/testing/found-inputs.ts';
import type { Recipe } from './make-inputs.ts';

/** `timesReal`: how long it takes beside as much of real pages, in one look. */
export type Judgement = { why: FoundInput['why'] | null; timesReal: number };
export type Reader = (body: Uint8Array) => void;

type JudgeOptions = {
  /** Bytes that an input is written to. */
  size: number;
  /** Milliseconds that a MiB of real pages takes now: asked again beside what looks slow, for other work comes and goes. */
  measureReal: () => number;
};

const mebibyte = 2 ** 20;
const [mostTimesReal, mostGrowth] = [20, 2.2];

/** Tells what throws, takes too long a MiB beside a real page, or too much longer at twice the size, twice in a row. */
export function createJudge({ size, measureReal }: JudgeOptions): (recipe: Recipe, read: Reader) => Judgement {
  let real = measureReal();
  return (recipe, read) => {
    const timesReal = (bytes: Uint8Array, rounds: number): number =>
      (millisecondsOf(() => read(bytes), rounds) * mebibyte) / bytes.length / real;
    try {
      const bytes = writeFound(recipe, size);
      const first = timesReal(bytes, 1);
      // What is quick needs no second look: were it quadratic it would not be.
      if (first < mostTimesReal / 4) return { why: null, timesReal: first };
      real = measureReal();
      const once = timesReal(bytes, 5);
      if (once > mostTimesReal) return { why: 'slow', timesReal: once };
      const [twice = 0, four = 0] = [2, 4].map((factor) => timesReal(writeFound(recipe, factor * size), 3));
      const grew = four > (mostGrowth / 2) * twice && twice > (mostGrowth / 2) * once;
      return { why: grew ? 'grew' : null, timesReal: once };
    } catch {
      return { why: 'threw', timesReal: 0 };
    }
  };
}

/** All that reads a page, from its bytes on; the crawler's limits would hide what comes after them. */
export function readAsPage(body: Uint8Array): void {
  const options = { url: 'https://shop.test/', region: null, maxFindings: 100_000, maxLinks: 1_000 };
  readPage(toUtf8(body, null).utf8, options);
}

export function readAsText(body: Uint8Array): void {
  readText(decodeHtml(body, 'text/plain').html, { region: null });
}

export function throws(read: Reader, body: Uint8Array): boolean {
  try {
    read(body);
    return false;
  } catch {
    return true;
  }
}

/** The input that throws, without what can be left out: halves, quarters and so on. */
export function shrink(read: Reader, body: Uint8Array): Uint8Array {
  let least = Buffer.from(body);
  for (let step = least.length >> 1; step > 0; step >>= 1) {
    for (let at = 0; at < least.length; ) {
      const rest = Buffer.concat([least.subarray(0, at), least.subarray(at + step)]);
      if (throws(read, rest)) least = rest;
      else at += step;
    }
  }
  return least;
}

/** Processor time: the least of some rounds, as other work on the machine only adds to it. */
export function millisecondsOf(work: () => void, rounds: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}
