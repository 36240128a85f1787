import type { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

/** A page of a web archive: its address, what the server said of its type, and its body. */
export interface WarcPage {
  url: string;
  contentType: string | null;
  body: Uint8Array;
}

/** A record above this is passed over: it is no page. */
const mostBytes = 64 * 2 ** 20;
const separator = Buffer.from('\r\n\r\n');

/**
 * The HTTP responses of an uncompressed WARC stream (ISO 28500), a record at a time. By hand, in place of warcio, which
 * brings 40 packages for what is a header and a length.
 */
export async function* warcPages(stream: Readable): AsyncGenerator<WarcPage> {
  const reader = createByteReader(stream);
  for (let head = await reader.until(separator); head !== null; head = await reader.until(separator)) {
    const fields = fieldsOf(head.toString('latin1'));
    const length = Number(fields.get('content-length') ?? 0);
    if (!Number.isSafeInteger(length) || length < 0) return;
    const isPage = fields.get('warc-type') === 'response' && length <= mostBytes;
    const block = await reader.take(length, isPage);
    await reader.take(separator.length, false);
    if (block === null) continue;
    const page = pageOf(fields.get('warc-target-uri') ?? '', block);
    if (page !== null) yield page;
  }
}

function fieldsOf(head: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

/** Null for what is no page, or was packed in a way that cannot be undone. */
function pageOf(target: string, block: Buffer): WarcPage | null {
  const end = block.indexOf(separator);
  if (end === -1) return null;
  const fields = fieldsOf(block.subarray(0, end).toString('latin1'));
  const contentType = fields.get('content-type') ?? null;
  if (contentType !== null && !/html|xml|text\/plain|json|vcard|directory|pdf/i.test(contentType)) return null;
  try {
    const sent = block.subarray(end + separator.length);
    const whole = /chunked/i.test(fields.get('transfer-encoding') ?? '') ? unchunk(sent) : sent;
    return {
      url: target.replace(/^<|>$/g, ''),
      contentType,
      body: unpack(whole, fields.get('content-encoding') ?? ''),
    };
  } catch {
    return null;
  }
}

function unpack(body: Buffer, encoding: string): Buffer {
  const most = { maxOutputLength: mostBytes };
  if (/gzip/i.test(encoding)) return gunzipSync(body, most);
  if (/br/i.test(encoding)) return brotliDecompressSync(body, most);
  return /deflate/i.test(encoding) ? inflateSync(body, most) : body;
}

/** Archives often keep the header of a chunked answer and not its chunks: then the body is as it is. */
function unchunk(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const line = body.indexOf('\r\n', at);
    const size = /^[0-9a-f]+/i.exec(body.subarray(at, Math.min(at + 16, Math.max(at, line))).toString('latin1'))?.[0];
    if (line === -1 || size === undefined) return body;
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    chunks.push(body.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
  return Buffer.concat(chunks);
}

interface ByteReader {
  /** The bytes before a mark, which is passed over; null at the end of the stream. */
  until(mark: Buffer): Promise<Buffer | null>;
  /** The next bytes; null where they are not kept or the stream ends before them. */
  take(length: number, isKept: boolean): Promise<Buffer | null>;
}

const mostHead = 2 ** 20;

function createByteReader(stream: Readable): ByteReader {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const { value, done } = await chunks.next();
    if (done) return false;
    held = held.length === 0 ? value : Buffer.concat([held, value]);
    return true;
  };
  return {
    async until(mark) {
      for (let found = held.indexOf(mark); ; found = held.indexOf(mark)) {
        if (found !== -1) {
          const head = held.subarray(0, found);
          held = held.subarray(found + mark.length);
          return head;
        }
        if (held.length > mostHead || !(await more())) return null;
      }
    },
    async take(length, isKept) {
      const parts: Buffer[] = [];
      let missing = length;
      while (missing > 0) {
        if (held.length === 0 && !(await more())) return null;
        const part = held.subarray(0, missing);
        held = held.subarray(part.length);
        missing -= part.length;
        if (isKept) parts.push(part);
      }
      return isKept ? Buffer.concat(parts) : null;
    },
  };
}
