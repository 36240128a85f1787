import { NumfleetError } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { explainPage } from '../extract/explain-page.ts';
import { extractAll } from '../extract/extract-all.ts';
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
  if (options.explain) {
    for await (const { file, body } of documents) around.stdout.write(explainPage(body, { file, region }));
    return exitCodes.done;
  }
  const progress = createProgress(around.stderr);
  const isRevealed = options.reveal === true;
  for await (const { rows, documents: count } of extractAll(documents, { region, isRevealed }, around.signal)) {
    for (const row of rows) around.stdout.write(`${options.json ? JSON.stringify(row) : lineOf(row)}\n`);
    progress.add(count, rows.length);
  }
  progress.end();
  return exitCodes.done;
}

function lineOf({ number, region, type, source, label, file }: FindingRow): string {
  return [number, region ?? '??', type, source, label ?? '', file].join('\t');
}

/** A line on a terminal, painted anew once a second; nothing elsewhere. */
function createProgress(stderr: NodeJS.WriteStream): { add(documents: number, numbers: number): void; end(): void } {
  let [documents, numbers, painted, isShown] = [0, 0, performance.now(), false];
  return {
    add(moreDocuments, moreNumbers) {
      documents += moreDocuments;
      numbers += moreNumbers;
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
