import { NumfleetError } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { explainAll, extractAll } from '../extract/extract-all.ts';
import type { FindingRow } from '../extract/extract-document.ts';
import { readInputs } from '../extract/read-inputs.ts';
import type { Surroundings } from '../surroundings.ts';
import { regionOption } from './region-option.ts';

export interface ExtractOptions {
  region?: string;
  json?: boolean;
  reveal?: boolean;
  purpose?: string;
  explain?: boolean;
}

const progressEvery = 1_000;

/** `extract [FILE|FOLDER|- …]`: the phone numbers of the operator's own files, masked unless `--reveal --purpose P`. */
export async function extract(files: string[], options: ExtractOptions, around: Surroundings): Promise<number> {
  if (options.reveal && !options.purpose?.trim()) {
    throw new NumfleetError('purpose-missing', 'Showing numbers plain needs a reason: --purpose "…".');
  }
  const region = regionOption(options.region) ?? null;
  const documents = readInputs(files.length === 0 ? ['-'] : files, around.stdin);
  const misses = createMisses(around.stderr);
  if (options.explain) {
    for await (const { file, html, missed } of explainAll(documents, region, around.signal)) {
      if (html !== null) around.stdout.write(html);
      misses.add(file, missed);
    }
    return misses.exitCode();
  }
  const progress = createProgress(around.stderr);
  const isRevealed = options.reveal === true;
  for await (const { file, rows, missed } of extractAll(documents, { region, isRevealed }, around.signal)) {
    for (const row of rows) around.stdout.write(`${options.json ? JSON.stringify(row) : lineOf(row)}\n`);
    progress.add(rows.length);
    misses.add(file, missed);
  }
  progress.end();
  return misses.exitCode();
}

/** Says of which documents something was left out: the others are read all the same. */
function createMisses(stderr: NodeJS.WriteStream): {
  add(file: string, why: string | null): void;
  exitCode(): number;
} {
  let isWhole = true;
  return {
    add(file, why) {
      if (why === null) return;
      isWhole = false;
      stderr.write(`${file}: not read whole: ${why}\n`);
    },
    exitCode: () => (isWhole ? exitCodes.done : exitCodes.finishedWithFailures),
  };
}

function lineOf({ number, region, type, source, label, file }: FindingRow): string {
  return [number, region ?? '??', type, source, label ?? '', file].join('\t');
}

/** A line on a terminal, painted anew once a second; nothing elsewhere. */
function createProgress(stderr: NodeJS.WriteStream): { add(numbers: number): void; end(): void } {
  let [documents, numbers, painted, isShown] = [0, 0, performance.now(), false];
  return {
    add(more) {
      documents += 1;
      numbers += more;
      if (!stderr.isTTY || performance.now() - painted < progressEvery) return;
      painted = performance.now();
      isShown = true;
      stderr.write(`\r${documents} documents, ${numbers} numbers`);
    },
    end() {
      if (isShown) stderr.write('\n');
    },
  };
}
