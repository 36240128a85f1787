import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { maxSubjects, NumfleetError } from '@numfleet/contracts';
import { regionOption } from '../commands/region-option.ts';
import type { Surroundings } from '../surroundings.ts';

export interface NumberListOptions {
  file?: string;
  region?: string;
  json?: boolean;
}

interface Batch {
  numbers: string[];
  /** Of each, from 1. */
  lines: number[];
  /** How much of the list was read, and how much there is; 0 where that is not known. */
  bytesRead: number;
  bytes: number;
}

/** A list of numbers in batches; nothing of it stays in memory. Blank lines and those that begin with # are passed over. */
export async function* readNumberList(options: NumberListOptions, around: Surroundings): AsyncGenerator<Batch> {
  await using stack = new AsyncDisposableStack();
  const file = options.file === undefined ? null : stack.use(await openList(options.file));
  const bytes = file === null ? 0 : (await file.stat()).size;
  const input = file?.createReadStream({ autoClose: false }) ?? around.stdin;
  let batch: Batch = { numbers: [], lines: [], bytesRead: 0, bytes };
  let [line, bytesRead] = [0, 0];
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    bytesRead += Buffer.byteLength(text) + 1;
    const number = text.trim();
    if (number === '' || number.startsWith('#')) continue;
    // No number is as long; what the API would refuse with the whole batch is told as one malformed line.
    batch.numbers.push(number.length > 100 ? '-' : number);
    batch.lines.push(line);
    if (batch.numbers.length < maxSubjects) continue;
    yield { ...batch, bytesRead };
    batch = { numbers: [], lines: [], bytesRead, bytes };
  }
  if (batch.numbers.length > 0) yield { ...batch, bytesRead };
}

export function regionOf(options: { region?: string }): string | null {
  return regionOption(options.region) ?? null;
}

/** Tells lines that are no numbers by where they stand, a hundred of them, and never by what they hold (I3). */
export function createMalformedTeller(stderr: NodeJS.WriteStream) {
  const most = 100;
  let count = 0;
  return {
    get count() {
      return count;
    },
    tell(malformed: readonly number[], { lines }: Pick<Batch, 'lines'>) {
      for (const place of malformed) {
        count += 1;
        if (count <= most) stderr.write(`line ${lines[place]}: not one phone number; passed over\n`);
        if (count === most + 1) stderr.write('… and more lines that are no numbers\n');
      }
    },
  };
}

async function openList(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new NumfleetError('file-unreadable', `The file given by --file cannot be read (${code}).`);
  }
}
