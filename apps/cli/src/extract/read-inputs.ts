import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { NumfleetError } from '@numfleet/contracts';
import { warcPages } from './warc-records.ts';

/** Something to look for numbers in: a file, or a page of a web archive. */
export interface InputDocument {
  /** The file as it was named, or found in a folder that was. */
  file: string;
  /** Of a page of an archive. */
  url: string | null;
  contentType: string | null;
  body: Uint8Array;
}

/**
 * Every document of some files, folders and `-`, one after the other: HTML, text, vCards, PDF, any in gzip, and WARC, in gzip or
 * not, which is streamed. Throws `file-unreadable`.
 */
export async function* readInputs(names: readonly string[], stdin: Readable): AsyncGenerator<InputDocument> {
  for (const name of names) {
    for await (const file of filesOf(name)) {
      try {
        yield* readFile(file, file === '-' ? stdin : createReadStream(file));
      } catch (cause) {
        throw unreadable(cause);
      }
    }
  }
}

async function* filesOf(name: string): AsyncGenerator<string> {
  if (name === '-') {
    yield name;
    return;
  }
  const found = await stat(name).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  if (!found.isDirectory()) {
    yield name;
    return;
  }
  const entries = await readdir(name, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(name, entry.name);
    if (entry.isDirectory()) yield* filesOf(path);
    else if (entry.isFile()) yield path;
  }
}

function unreadable(cause: unknown): NumfleetError {
  if (cause instanceof NumfleetError) return cause;
  return new NumfleetError('file-unreadable', 'An input file cannot be read. Check its name and rights.', { cause });
}

async function* readFile(file: string, stream: Readable): AsyncGenerator<InputDocument> {
  const { head, stream: plain } = await unpacked(stream);
  if (head.subarray(0, 5).toString('latin1') === 'WARC/') {
    for await (const { url, contentType, body } of warcPages(plain)) yield { file, url, contentType, body };
  } else {
    yield { file, url: null, contentType: typeOf(file), body: await buffer(plain) };
  }
}

/** By the name; null for what is read as HTML. */
function typeOf(file: string): string | null {
  if (/\.(?:vcf|vcard)(?:\.gz)?$/i.test(file)) return 'text/vcard';
  if (/\.pdf(?:\.gz)?$/i.test(file)) return 'application/pdf';
  return /\.(?:txt|text|csv|md|log)(?:\.gz)?$/i.test(file) ? 'text/plain' : null;
}

/** The stream as it is out of gzip, and its first bytes, which tell what it is. */
async function unpacked(stream: Readable): Promise<{ head: Buffer; stream: Readable }> {
  const first = await peek(stream);
  if (first.head[0] !== 0x1f || first.head[1] !== 0x8b) return first;
  const gunzip = createGunzip();
  first.stream.on('error', (error) => gunzip.destroy(error));
  return await peek(first.stream.pipe(gunzip));
}

async function peek(stream: Readable): Promise<{ head: Buffer; stream: Readable }> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { value, done } = await chunks.next();
  const head: Buffer = done ? Buffer.alloc(0) : Buffer.from(value);
  const again = new PassThrough();
  void refill(again, head, chunks);
  return { head, stream: again };
}

async function refill(into: PassThrough, head: Buffer, chunks: AsyncIterator<Buffer>): Promise<void> {
  try {
    if (head.length > 0) into.write(head);
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      if (!into.write(next.value)) await new Promise((resolve) => into.once('drain', resolve));
    }
    into.end();
  } catch (error) {
    into.destroy(error instanceof Error ? error : new Error('unreadable'));
  }
}
