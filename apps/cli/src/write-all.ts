import { once } from 'node:events';

/** Writes with back-pressure, so that a slow reader costs no memory. A reader that goes away ends it quietly. */
export async function writeAll(stdout: NodeJS.WriteStream, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    if (stdout.destroyed) return;
    if (!stdout.write(chunk)) await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]);
  }
}
