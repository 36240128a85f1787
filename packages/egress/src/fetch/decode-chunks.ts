import { pipeline, Readable } from 'node:stream';
import { appliedCodings, decoderFor, malformed } from './decode-body.ts';

/**
 * Undoes a Content-Encoding while the body comes, the last coding first. Whoever reads it holds the limit.
 * Throws `malformed-response` for an unknown coding and for corrupt data.
 */
export function decodeStream(body: AsyncIterable<Uint8Array>, contentEncoding: string): AsyncIterable<Uint8Array> {
  return appliedCodings(contentEncoding).reduceRight(decodeChunks, body);
}

/** Undoes one coding. An end that comes too early gives what there is, as in browsers. */
export async function* decodeChunks(body: AsyncIterable<Uint8Array>, coding: string): AsyncIterable<Uint8Array> {
  const { first, all } = await peek(body);
  if (first.length === 0) return;
  let broken: unknown;
  const source = async function* () {
    try {
      yield* all;
    } catch (error) {
      broken = error;
      throw error;
    }
  };
  const decoder = decoderFor(coding, first);
  pipeline(Readable.from(source()), decoder, () => {});
  try {
    for await (const chunk of decoder) yield chunk as Uint8Array;
  } catch (error) {
    throw broken ?? malformed(error);
  }
}

/** The first two bytes or more of a body, where it has as many, and all of it. */
export async function peek(
  body: AsyncIterable<Uint8Array>,
): Promise<{ first: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const chunks = body[Symbol.asyncIterator]();
  let first: Uint8Array = new Uint8Array();
  while (first.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    first = Buffer.concat([first, next.value]);
  }
  return { first, all: allOf(first, chunks) };
}

async function* allOf(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}
