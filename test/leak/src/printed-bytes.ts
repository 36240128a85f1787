import type { DecodedRun } from './base64-runs.ts';

/** Nine pairs of hex digits that are digits or what stands between them, bare or as dumps and printouts separate them. */
const hex = /(?:(?:0x|\\{1,4}x)?[23][0-9a-f](?:, ?|[ :-])?){9,1000}/gi;

/** Nine or more bytes as decimal numbers: what JSON makes of a Buffer (`[43,52,…]`) and a Uint8Array (`{"0":43,…}`). */
const decimals = /(?:(?:\\{0,4}"\d{1,7}\\{0,4}":)?\d{2,3}\s?,\s?){8,1000}(?:\\{0,4}"\d{1,7}\\{0,4}":)?\d{2,3}/g;

/** Bytes that were written out as hex: in a dump, as Postgres' bytea, as Node prints a Buffer. */
export function* hexRuns(latin1: string): Generator<DecodedRun> {
  for (const { run, offset } of overlapping(hex, latin1)) {
    yield { offset, bytes: Buffer.from(run.replace(/0x|[^0-9a-f]/gi, ''), 'hex') };
  }
}

/** Bytes that were written out as a list of numbers. */
export function* decimalRuns(latin1: string): Generator<DecodedRun> {
  for (const { run, offset } of overlapping(decimals, latin1)) {
    const numbers = run.replace(/\\*"\d+\\*":/g, '').match(/\d+/g) ?? [];
    yield { offset, bytes: Buffer.from(numbers.map(Number)) };
  }
}

/** The repetitions are bounded, else a long run overflows the engine's stack; so that none cuts a number, they overlap. */
function* overlapping(pattern: RegExp, text: string): Generator<{ run: string; offset: number }> {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    yield { run: match[0], offset: match.index };
    if (match[0].length >= 2_000) pattern.lastIndex -= 600;
  }
}
