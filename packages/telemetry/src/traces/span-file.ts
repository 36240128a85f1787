import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { recordOf } from './span-record.ts';

/**
 * Writes spans to a file, one a line (`spanRecord`). Beyond `maxBytes` the file becomes `FILE.1`, replacing what is there,
 * so that a process takes twice that at most (I8): at about 450 bytes a span, the last 3,000 pages or more.
 */
export function createSpanFile(file: string, maxBytes = 20_000_000): SpanExporter {
  let writing: Promise<void> = Promise.resolve();
  return {
    export(spans, done) {
      writing = writing
        .then(() => append(spans))
        .then(
          () => done({ code: ExportResultCode.SUCCESS }),
          () => done({ code: ExportResultCode.FAILED }),
        );
    },
    shutdown: () => writing,
  };

  async function append(spans: readonly ReadableSpan[]): Promise<void> {
    const lines = spans.map((span) => `${JSON.stringify(recordOf(span))}\n`).join('');
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const size = await stat(file).then(
      (stats) => stats.size,
      () => 0,
    );
    if (size > 0 && size + Buffer.byteLength(lines) > maxBytes) await rename(file, `${file}.1`);
    await appendFile(file, lines, { mode: 0o600 });
  }
}
