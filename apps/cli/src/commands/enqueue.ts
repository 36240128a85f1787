import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { NumfleetError } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { requireRunning } from '../fleet-session.ts';
import type { Surroundings } from '../surroundings.ts';
import { requireUrls } from './require-urls.ts';

/** `enqueue CAMPAIGN URL…`, `--file F` or `-`: a URL a line; blank lines and lines that begin with # are skipped. */
export async function enqueue(
  campaign: string,
  urls: string[],
  options: { file?: string; json?: boolean },
  around: Surroundings,
): Promise<number> {
  const all = await gatherUrls(urls, options.file, around);
  if (all.length === 0)
    throw new NumfleetError('usage', 'No URL was given. Name some, or use --file F, or - for standard input.');
  requireUrls(all);
  const console = await requireRunning(around);
  const total = { campaign, added: 0, known: 0, excluded: 0 };
  for (let index = 0; index < all.length; index += batch) {
    const report = await console.enqueue(campaign, all.slice(index, index + batch));
    total.added += report.added;
    total.known += report.known;
    total.excluded += report.excluded;
  }
  const { added, known, excluded } = total;
  const said = `${added} added, ${known} known already, ${excluded} excluded.`;
  around.stdout.write(options.json ? `${JSON.stringify(total)}\n` : `${said}\n`);
  return exitCodes.done;
}

/** What the API takes in one request. */
const batch = 10_000;

async function gatherUrls(urls: string[], file: string | undefined, around: Surroundings): Promise<string[]> {
  const fromArguments = urls.filter((url) => url !== '-');
  const fromFile = file === undefined ? '' : await readOrFail(file);
  const fromInput = urls.includes('-') ? await text(around.stdin) : '';
  const lines = `${fromFile}\n${fromInput}`.split('\n').map((line) => line.trim());
  return [...fromArguments, ...lines.filter((line) => line !== '' && !line.startsWith('#'))];
}

async function readOrFail(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new NumfleetError('file-unreadable', `The file given by --file cannot be read.`, { cause });
  }
}
