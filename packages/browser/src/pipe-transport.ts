import type { Readable, Writable } from 'node:stream';

/**
 * Chromium's `--remote-debugging-pipe`: JSON messages, each ended by a NUL, on the browser's descriptors 3 and 4. Unlike a
 * debugging port nothing else on the machine can reach it.
 */
export function openPipe(
  toBrowser: Writable,
  fromBrowser: Readable,
  { onMessage, onClosed }: { onMessage: (text: string) => void; onClosed: () => void },
): { send(text: string): void; close(): void } {
  const close = () => {
    toBrowser.destroy();
    fromBrowser.destroy();
  };
  const split = createMessageSplitter(onMessage);
  fromBrowser.on('data', (chunk: Buffer) => {
    if (!split(chunk)) close();
  });
  fromBrowser.once('close', onClosed);
  // A browser that dies in mid-message breaks the pipe; that it died is learnt from its exit.
  fromBrowser.on('error', () => {});
  toBrowser.on('error', () => {});
  return { send: (text) => void toBrowser.write(`${text}\0`), close };
}

/** Gives false when a message grows beyond what a page may make us hold (I8). */
function createMessageSplitter(onMessage: (text: string) => void): (chunk: Buffer) => boolean {
  let parts: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const rest = chunk.subarray(start, end);
      onMessage((parts.length === 0 ? rest : Buffer.concat([...parts, rest])).toString());
      parts = [];
      size = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    size += chunk.length - start;
    return size <= maxMessageBytes;
  };
}

const maxMessageBytes = 256 * 1024 * 1024;
