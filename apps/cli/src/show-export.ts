import type { Surroundings } from './surroundings.ts';

interface ExportProgress extends Disposable {
  /** Passes the chunks on. */
  count(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

const paintMs = 500;
const lineFeed = 10;

/** How much of an export has been written: on a terminal, and only where the export itself goes elsewhere. */
export function showExport({ stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>): ExportProgress {
  const isShown = stderr.isTTY && !stdout.isTTY;
  const written = { lines: 0, bytes: 0 };
  const paint = () => {
    const megabytes = (written.bytes / 1_000_000).toFixed(1);
    stderr.write(`\r  ${written.lines.toLocaleString('en')} lines, ${megabytes} MB\x1b[K`);
  };
  const painting = isShown ? setInterval(paint, paintMs) : undefined;
  return {
    async *count(chunks) {
      for await (const chunk of chunks) {
        yield chunk;
        written.bytes += chunk.length;
        if (isShown) written.lines += countLines(chunk);
      }
    },
    [Symbol.dispose]() {
      clearInterval(painting);
      if (!isShown) return;
      paint();
      stderr.write('\n');
    },
  };
}

function countLines(chunk: Uint8Array): number {
  let lines = 0;
  for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) lines += 1;
  return lines;
}
