import { constants, inflateRawSync, zstdDecompressSync } from 'node:zlib';

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
 * `leastUnmarked` bytes on.
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
      return zlibFlags.has(second) ? 'zlib' : null;
    case 0x28:
      return second === 0xb5 && bytes[offset + 2] === 0x2f && bytes[offset + 3] === 0xfd ? 'zstd' : null;
    default:
      return null;
  }
}

const zlibFlags: ReadonlySet<unknown> = new Set([0x01, 0x5e, 0x9c, 0xda]);

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

/** Node's gunzip takes whatever follows a member for another and fails; the deflate stream within knows its own end, in zlib's format too. */
const unpackers: Record<Format, (stream: Buffer) => Buffer> = {
  gzip: (stream) => inflateRaw(stream.subarray(gzipHeaderLength(stream))),
  zlib: (stream) => inflateRaw(stream.subarray(2)),
  zstd: (stream) => zstdDecompressSync(stream, zstdOptions),
  deflate: inflateRaw,
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

function inflateRaw(stream: Buffer): Buffer {
  return mayBeDeflate(stream) ? inflateRawSync(stream, deflateOptions) : Buffer.alloc(0);
}

/**
 * RFC 1951 §3.2.3: block type 3 is an error, and a stored block has its length twice. Asking zlib costs a tenth of a
 * millisecond, and two bytes that look like a stream's first are soon met.
 */
function mayBeDeflate(stream: Buffer): boolean {
  const blockType = ((stream[0] ?? 0) >> 1) & 3;
  if (blockType !== 0) return blockType !== 3;
  return stream.length < 5 || stream.readUInt16LE(1) === (stream.readUInt16LE(3) ^ 0xffff);
}
