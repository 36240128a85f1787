import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { NumfleetError } from '@numfleet/contracts';
import { decodeHtml, type Finding, readPage } from '@numfleet/extract';
import { maskNumber } from '@numfleet/privacy';
import { reveal } from '@numfleet/privacy/reveal';
import { exitCodes } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';
import { regionOption } from './region-option.ts';

export interface ExtractOptions {
  region?: string;
  json?: boolean;
  reveal?: boolean;
  purpose?: string;
}

const limits = { maxFindings: 100_000, maxLinks: 0 };

/** `extract [FILE|- …]`: the phone numbers of the operator's own files, masked unless `--reveal --purpose P`. */
export async function extract(files: string[], options: ExtractOptions, around: Surroundings): Promise<number> {
  if (options.reveal && !options.purpose?.trim()) {
    throw new NumfleetError('purpose-missing', 'Showing numbers plain needs a reason: --purpose "…".');
  }
  const region = regionOption(options.region) ?? null;
  const show = options.reveal ? reveal : maskNumber;
  for (const file of files.length === 0 ? ['-'] : files) {
    const bytes = await readInput(file, around);
    const { findings } = readPage(decodeHtml(bytes, null).html, { url: 'file:///', region, ...limits });
    for (const finding of findings) around.stdout.write(`${lineOf(file, finding)}\n`);
  }
  return exitCodes.done;

  function lineOf(file: string, { number, region: found, type, source, label, confidence }: Finding): string {
    const shown = { file, number: show(number), region: found, type, source, label, confidence };
    if (options.json) return JSON.stringify(shown);
    return [shown.number, found ?? '??', type, source, label ?? '', file].join('\t');
  }
}

async function readInput(file: string, around: Surroundings): Promise<Uint8Array> {
  try {
    return file === '-' ? await buffer(around.stdin) : await readFile(file);
  } catch (cause) {
    throw new NumfleetError('file-unreadable', 'An input file cannot be read. Check its name and rights.', { cause });
  }
}
