import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { abortable } from './abortable.ts';
import { connectFirst } from './connect-first.ts';

const port = 80;
const targets = ['2606:4700::1111', '8.8.8.8', '9.9.9.9'].map((address) => ({ address, port }));
const signal = () => AbortSignal.timeout(5_000);

/** Sockets by address: each opens after so many ms, or never. */
function opening(after: Record<string, number>) {
  const opened = new Map<string, Socket>();
  const began: { address: string; at: number }[] = [];
  const start = performance.now();
  const open = async ({ address }: { address: string }, stop: AbortSignal) => {
    began.push({ address, at: performance.now() - start });
    await abortable(sleep(after[address] ?? 60_000, null, { ref: false }), stop);
    const socket = new Socket();
    opened.set(address, socket);
    return socket;
  };
  return { open, opened, began };
}

describe('a host of several addresses (RFC 8305)', () => {
  test('whose first is silent is reached by the next after 250 ms', async () => {
    const { open, opened, began } = opening({ '8.8.8.8': 0 });
    const socket = await connectFirst(open, targets, signal());
    expect(socket).toBe(opened.get('8.8.8.8'));
    expect(began.map(({ address }) => address)).toEqual(['2606:4700::1111', '8.8.8.8']);
    expect(began[1]?.at).toBeGreaterThan(240);
    expect(began[1]?.at).toBeLessThan(1_000);
  });

  test('whose first is merely slow is reached by it, and the other connection is ended', async () => {
    const { open, opened } = opening({ '2606:4700::1111': 300, '8.8.8.8': 60 });
    const socket = await connectFirst(open, targets, signal());
    expect(socket).toBe(opened.get('2606:4700::1111'));
    expect(socket.destroyed).toBe(false);
    await sleep(100);
    expect(opened.get('8.8.8.8')?.destroyed ?? true).toBe(true);
  });

  test('two that answer at once: one is given, the other ended', async () => {
    const sockets: Socket[] = [];
    const together = Promise.withResolvers<void>();
    const open = async () => {
      const socket = new Socket();
      sockets.push(socket);
      if (sockets.length === 2) setTimeout(together.resolve, 20);
      await together.promise;
      return socket;
    };
    const given = await connectFirst(open, targets.slice(0, 2), signal());
    await sleep(10);
    expect(sockets.map(({ destroyed }) => destroyed).toSorted()).toEqual([false, true]);
    expect(given.destroyed).toBe(false);
  });

  test('I6: is given up when nobody waits any more', async () => {
    const { open } = opening({});
    const leaving = new AbortController();
    const connecting = connectFirst(open, targets, leaving.signal);
    setTimeout(() => leaving.abort(), 300);
    await expect(connecting).rejects.toMatchObject({ code: 'aborted' });
  });
});
