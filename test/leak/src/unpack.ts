import { constants, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';

type Format = 'gzip' | 'zlib' | 'zstd' | 'deflate';

/** What came out of a compressed stream, and where the stream starts. */
export type Unpacked = { offset: number; format: Format; bytes: Buffer };

/** Unpacks every compressed stream that begins anywhere in the bytes, also one that breaks off or is followed by others. */
export function* unpackAll(bytes: Buffer): Generator<Unpacked> {
  for (let offset = 0; offset + 2 < bytes.length; offset++) {
    const format = formatAt(bytes, offset);
    if (format === null) continue;
    const unpacked = unpack(bytes.subarray(offset), format);
    if (unpacked !== null) yield { offset, format, bytes: unpacked };
  }
}

/**
 * Unpacks what begins at the first byte, by its mark; what has none is tried as raw deflate (RFC 1951) from
 * `leastUnmarked` bytes on, since a try costs a tenth of a millisecond.
 */
export function* unpackStart(bytes: Buffer): Generator<Unpacked> {
  const format = formatAt(bytes, 0) ?? (bytes.length >= leastUnmarked ? 'deflate' : null);
  if (format === null) return;
  const unpacked = unpack(bytes, format);
  if (unpacked !== null) yield { offset: 0, format, bytes: unpacked };
}

const leastUnmarked = 48;

/** By the first bytes: RFC 1952 §2.3.1, RFC 1950 §2.2 (a 32 KiB window, the four levels), RFC 8878 §3.1.1. */
function formatAt(bytes: Buffer, offset: number): Format | null {
  const second = bytes[offset + 1];
  switch (bytes[offset]) {
    case 0x1f:
      return second === 0x8b && bytes[offset + 2] === 0x08 ? 'gzip' : null;
    case 0x78:
      return zlibFlags.has(second) && mayBeDeflate(bytes, offset + 2) ? 'zlib' : null;
    case 0x28:
      return second === 0xb5 && bytes[offset + 2] === 0x2f && bytes[offset + 3] === 0xfd ? 'zstd' : null;
    default:
      return null;
  }
}

const zlibFlags: ReadonlySet<unknown> = new Set([0x01, 0x5e, 0x9c, 0xda]);

/** RFC 1951 §3.2.3: the type 3 is an error, and a stored block has its length twice. Two bytes in a row are soon met. */
function mayBeDeflate(bytes: Buffer, offset: number): boolean {
  const blockType = ((bytes[offset] ?? 0) >> 1) & 3;
  if (blockType !== 0) return blockType !== 3;
  return offset + 5 > bytes.length || bytes.readUInt16LE(offset + 1) === (bytes.readUInt16LE(offset + 3) ^ 0xffff);
}

const maxOutputLength = 512 << 20;
const deflateOptions = { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH };
const zstdOptions = { maxOutputLength, finishFlush: constants.ZSTD_e_flush };

/** What is no stream, or comes to nothing, is null; a stream too large to look through is an error, not a clean bill. */
function unpack(stream: Buffer, format: Format): Buffer | null {
  try {
    const unpacked = unpackers[format](stream);
    return unpacked.length > 0 ? unpacked : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new RangeError('a compressed stream unpacks to more than 512 MiB, which is not scanned');
    }
    return null;
  }
}

/** Node's gunzip takes whatever follows a member for another and fails; the deflate stream within knows its own end. */
const unpackers: Record<Format, (stream: Buffer) => Buffer> = {
  gzip: (stream) => inflateRawSync(stream.subarray(gzipHeaderLength(stream)), deflateOptions),
  zlib: (stream) => inflateSync(stream, deflateOptions),
  zstd: (stream) => zstdDecompressSync(stream, zstdOptions),
  deflate: (stream) => inflateRawSync(stream, deflateOptions),
};

/** RFC 1952 §2.3: ten bytes, and by the flags an extra field, a name, a comment and a checksum. */
function gzipHeaderLength(stream: Buffer): number {
  const flags = stream[3] ?? 0;
  let length = 10;
  if (flags & 0x04) length += 2 + (stream[length] ?? 0) + 256 * (stream[length + 1] ?? 0);
  for (const flag of [0x08, 0x10]) {
    if (flags & flag) length = stream.indexOf(0, length) + 1;
  }
  return flags & 0x02 ? length + 2 : length;
}
