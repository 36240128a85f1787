import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { SpanAttributes } from '@numfleet/contracts';
import { type SpanRecord, spanRecord } from './span-record.ts';

/** What to look for: all spans of a trace, or those of which an attribute has a value. */
export type SpanQuery = { traceId: string } | { attribute: keyof SpanAttributes; value: string };

/**
 * The spans that the trace files of a folder still hold, oldest first; none where there is no folder. Files are read line
 * by line, and only lines in which the value occurs are parsed: all files together may have 200 MB.
 */
export async function readSpans(folder: string, query: SpanQuery): Promise<SpanRecord[]> {
  const wanted = 'traceId' in query ? query.traceId : query.value;
  const found: SpanRecord[] = [];
  for (const file of await traceFiles(folder)) {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const span = line.includes(wanted) ? parse(line) : null;
      if (span && matches(span, query)) found.push(span);
    }
  }
  return found.sort((one, other) => one.startedAt - other.startedAt);
}

async function traceFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /\.jsonl(\.1)?$/.test(name)).map((name) => path.join(folder, name));
}

/** Null for a line that was being written, or was left unfinished by a process that was killed. */
function parse(line: string): SpanRecord | null {
  try {
    return spanRecord.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function matches(span: SpanRecord, query: SpanQuery): boolean {
  return 'traceId' in query ? span.traceId === query.traceId : span.attributes[query.attribute] === query.value;
}
