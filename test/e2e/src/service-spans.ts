import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpanRecord } from '@numfleet/telemetry';

/** All spans in the trace files of a fleet. */
export async function serviceSpans(home: string): Promise<SpanRecord[]> {
  const folder = join(home, 'traces');
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
  const lines = files.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as SpanRecord);
}
