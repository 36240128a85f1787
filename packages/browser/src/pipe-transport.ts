import type { Readable, Writable } from 'node:stream';
import type { ConnectOverCDPTransport } from 'playwright-core';

/**
 * Chromium's `--remote-debugging-pipe`: JSON messages, each ended by a NUL, on the browser's descriptors 3 and 4. Unlike a
 * debugging port nothing else on the machine can reach it.
 */
export function createPipeTransport(toBrowser: Writable, fromBrowser: Readable): ConnectOverCDPTransport {
  const transport: ConnectOverCDPTransport = {
    send: (message) => void toBrowser.write(`${JSON.stringify(message)}\0`),
    close: () => {
      toBrowser.destroy();
      fromBrowser.destroy();
    },
  };
  const split = createMessageSplitter((message) => {
    if (!isChatter(message)) transport.onmessage?.(JSON.parse(message.toString()));
  });
  fromBrowser.on('data', (chunk: Buffer) => {
    if (!split(chunk)) transport.close();
  });
  fromBrowser.once('close', () => transport.onclose?.());
  // A browser that dies in mid-message breaks the pipe; that it died is learnt from its exit.
  fromBrowser.on('error', () => {});
  toBrowser.on('error', () => {});
  return transport;
}

/**
 * What a page can say without end and nobody here listens to. A page in `for (;;) console.log(…)` kept this process, and so
 * every deadline in it, busy for seconds with parsing; dropped unparsed it costs next to nothing.
 */
function isChatter(message: Buffer): boolean {
  const head = message.toString('latin1', 0, 64);
  return chatter.some((method) => head.startsWith(`{"method":"${method}"`));
}

const chatter = ['Runtime.consoleAPICalled', 'Runtime.exceptionThrown', 'Log.entryAdded'];

/** Gives false when a message grows beyond what a page may make us hold (I8). */
function createMessageSplitter(onMessage: (message: Buffer) => void): (chunk: Buffer) => boolean {
  let parts: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, start)) {
      const rest = chunk.subarray(start, end);
      onMessage(parts.length === 0 ? rest : Buffer.concat([...parts, rest]));
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
