import { type NumberView, NumfleetError } from '@numfleet/contracts';
import { exitCodes } from '../exit-codes.ts';
import { openSession } from '../fleet-session.ts';
import type { Surroundings } from '../surroundings.ts';
import { tableOf } from '../table.ts';
import { writeAll } from '../write-all.ts';

export interface NumbersOptions {
  format?: string;
  reveal?: boolean;
  purpose?: string;
}

const tableRows = 200;

/** `numbers CAMPAIGN`: what was found, masked; `--reveal --purpose P` shows it plain, which is audited. */
export async function numbers(campaign: string, options: NumbersOptions, around: Surroundings): Promise<number> {
  const format = options.format ?? 'table';
  if (format !== 'table' && format !== 'csv' && format !== 'jsonl') {
    throw new NumfleetError('usage', '--format is one of table, csv, jsonl.');
  }
  const reveal = revealOf(options);
  await using session = await openSession('look', around, () => {});
  const found = session.console.numbers(campaign, reveal);
  await writeAll(
    around.stdout,
    format === 'jsonl' ? jsonLines(found) : format === 'csv' ? csvLines(found) : table(found),
  );
  return exitCodes.done;
}

function revealOf({ reveal, purpose }: NumbersOptions): { purpose: string } | null {
  if (!reveal) return null;
  if (purpose?.trim()) return { purpose };
  throw new NumfleetError('purpose-missing', 'Revealing numbers is audited: say why with --purpose "…".');
}

async function* jsonLines(found: AsyncIterable<NumberView>): AsyncGenerator<string> {
  for await (const number of found) yield `${JSON.stringify(number)}\n`;
}

/** A row a sighting (RFC 4180), so that no sighting is lost in a cell. */
async function* csvLines(found: AsyncIterable<NumberView>): AsyncGenerator<string> {
  yield 'number,region,type,firstSeen,lastSeen,url,at,source\r\n';
  for await (const { number, region, type, firstSeen, lastSeen, sightings } of found) {
    for (const { url, at, source } of sightings) {
      yield `${[number, region ?? '', type, firstSeen, lastSeen, url, at, source].map(cell).join(',')}\r\n`;
    }
  }
}

function cell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
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
