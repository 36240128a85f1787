import type { Duplex } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { NumfleetError } from '@numfleet/contracts';

export interface CutBytes {
  bytes: Uint8Array;
  /** More was to come than the limit lets through. */
  truncated: boolean;
}

export const acceptedCodings = 'gzip, deflate, br, zstd';

/** Nobody compresses twice in earnest; each layer multiplies what a few bytes can blow up to. */
const mostCodings = 2;

/**
 * Undoes a Content-Encoding, the last coding first. The limit holds for what comes out of every layer, so that a
 * compressed bomb is cut as any other body. A body that ends too early gives what there is of it, as in browsers.
 * @throws NumfleetError `malformed-response` for an unknown coding and for corrupt data
 */
export async function decodeBody(body: CutBytes, contentEncoding: string, maxBytes: number): Promise<CutBytes> {
  let { bytes, truncated } = body;
  for (const coding of appliedCodings(contentEncoding).reverse()) {
    // A 204 or 304 may name a coding and have no body.
    if (bytes.length === 0) break;
    const decoded = await decode(bytes, coding, maxBytes);
    bytes = decoded.bytes;
    truncated ||= decoded.truncated;
  }
  return { bytes, truncated };
}

/** In the order in which they were applied. Throws `malformed-response` for more than anyone needs. */
export function appliedCodings(contentEncoding: string): string[] {
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim());
  const applied = codings.filter((coding) => coding !== '' && coding !== 'identity');
  if (applied.length > mostCodings) throw malformed();
  return applied;
}

async function decode(bytes: Uint8Array, coding: string, maxBytes: number): Promise<CutBytes> {
  try {
    return await collect(decoderFor(coding, bytes).end(bytes), maxBytes);
  } catch (cause) {
    throw malformed(cause);
  }
}

/** Reads a stream up to a limit, then destroys it: what comes after is never received. */
export async function collect(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<CutBytes> {
  const chunks: Uint8Array[] = [];
  let room = maxBytes;
  for await (const chunk of stream) {
    chunks.push(chunk.subarray(0, room));
    room -= chunk.length;
    if (room < 0) break;
  }
  return { bytes: Buffer.concat(chunks), truncated: room < 0 };
}

export function decoderFor(coding: string, bytes: Uint8Array): Duplex {
  const zlib = { finishFlush: constants.Z_SYNC_FLUSH };
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(zlib);
    case 'deflate':
      // Meant is zlib's format (RFC 9110 §8.4.1.2), yet some send the bare stream; the first nibble tells them apart.
      return ((bytes[0] ?? 0) & 0x0f) === 8 ? createInflate(zlib) : createInflateRaw(zlib);
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    case 'zstd':
      return createZstdDecompress({ finishFlush: constants.ZSTD_e_flush });
    default:
      throw malformed();
  }
}

export function malformed(cause?: unknown): NumfleetError {
  return new NumfleetError('malformed-response', 'The body is not compressed as its header says.', { cause });
}
