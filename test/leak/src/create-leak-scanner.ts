import { readFile } from 'node:fs/promises';
import { filesUnder } from './files-under.ts';
import { createByteScan } from './scan-bytes.ts';
import { wantedNumbers } from './wanted-numbers.ts';

/** A number that stands where it must not. Which one is told by its place in the list: a report must not leak it again. */
export type Leak = {
  /** The file, or what the text was called. */
  label: string;
  /** Index into the scanner's `numbers`. */
  number: number;
  /** How it was written, from the outside in: `gzip > base64 > digits`. */
  encoding: string;
  /** Bytes from the start of the outermost layer that is not packed: of the run or stream where it is. */
  offset: number;
};

export type LeakScanner = {
  /** Scans one text, or bytes of any kind. At most one leak for each number. */
  scanText(label: string, text: string | Uint8Array): Leak[];
  /**
   * Scans files, and folders with all that is in them; links are not followed. A file that is removed meanwhile is
   * passed over, since databases do that; anything else that cannot be read throws.
   */
  scanFiles(paths: string | readonly string[]): Promise<Leak[]>;
  /** What has been looked at so far: a scan of nothing finds nothing. */
  scanned(): { texts: number; bytes: number };
};

/**
 * Looks for phone numbers in logs, dumps and the raw files of a database (I3).
 *
 * A number is known by its digits, whatever stands between them: all of E.164; the national number between non-digits;
 * or its last nine digits alone between non-digits; the first two from their end as well. Digits of all scripts, UTF-8, UTF-16, UTF-32 and GBK; percent, HTML,
 * JavaScript and JSON escapes, up to twice; base64 and base64url at any alignment; hex; JSON and printouts of buffers;
 * 64-bit integers and doubles of both byte orders; gzip, zlib and zstd streams wherever they begin, three deep, and raw
 * deflate in base64. Out of reach: ciphertext, TOAST values that Postgres compressed, brotli, numbers cut into columns.
 *
 * @param numbers E.164 with at least nine digits; `;ext=…` is left aside
 * @throws RangeError where there are none, or one is no such number
 */
export function createLeakScanner({ numbers }: { numbers: readonly string[] }): LeakScanner {
  const scanBytes = createByteScan(wantedNumbers(numbers));
  const looked = { texts: 0, bytes: 0 };

  function scanText(label: string, text: string | Uint8Array): Leak[] {
    const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.length);
    looked.texts += 1;
    looked.bytes += bytes.length;
    return scanBytes(bytes).map((sighting) => ({ label, ...sighting }));
  }

  async function scanFiles(paths: string | readonly string[]): Promise<Leak[]> {
    const leaks: Leak[] = [];
    for await (const file of filesUnder(typeof paths === 'string' ? [paths] : paths)) {
      const bytes = await readUnlessRemoved(file);
      if (bytes !== null) leaks.push(...scanText(file, bytes));
    }
    return leaks;
  }

  return { scanText, scanFiles, scanned: () => ({ ...looked }) };
}

async function readUnlessRemoved(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
