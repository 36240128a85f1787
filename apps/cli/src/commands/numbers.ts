import { type NumberView, NumfleetError } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import { showExport } from '../show-export.ts';
import type { Surroundings } from '../surroundings.ts';
import { tableOf } from '../table.ts';
import { writeAll } from '../write-all.ts';

export interface NumbersOptions {
  format?: string;
  reveal?: boolean;
  purpose?: string;
}

const tableRows = 200;

/**
 * `numbers CAMPAIGN`: what was found, masked; `--reveal --purpose P` shows it plain. Both are audited; CSV and JSON lines
 * are written as the console gives them, so that the digest in the audit is that of the file.
 */
export async function numbers(campaign: string, options: NumbersOptions, around: Surroundings): Promise<number> {
  const format = options.format ?? 'table';
  if (format !== 'table' && format !== 'csv' && format !== 'jsonl') {
    throw new NumfleetError('usage', '--format is one of table, csv, jsonl.');
  }
  const reveal = revealOf(options);
  await using session = await openSession('look', around, () => {});
  if (format === 'table') {
    await writeAll(around.stdout, table(session.console.numbers(campaign, reveal)));
    return exitCodes.done;
  }
  using progress = showExport(around);
  await writeAll(around.stdout, progress.count(session.console.exportNumbers(campaign, { format, reveal })));
  return exitCodes.done;
}

function revealOf({ reveal, purpose }: NumbersOptions): { purpose: string } | null {
  if (!reveal) return null;
  if (purpose?.trim()) return { purpose };
  throw new NumfleetError('purpose-missing', 'Revealing numbers is audited: say why with --purpose "…".');
}

async function* table(found: AsyncIterable<NumberView>): AsyncGenerator<string> {
  const rows: (string | number)[][] = [];
  let count = 0;
  for await (const { number, region, type, sightings, sightingsTotal } of found) {
    count += 1;
    if (count > tableRows) continue;
    const [newest] = sightings;
    rows.push([number, region ?? '', type, sightingsTotal, newest?.url ?? '', newest?.source ?? '']);
  }
  yield `${tableOf(['number', 'region', 'type', 'sightings', 'last seen on', 'source'], rows)}\n`;
  if (count > tableRows) yield `${tableRows} of ${count} numbers; --format csv or jsonl gives all of them.\n`;
}
