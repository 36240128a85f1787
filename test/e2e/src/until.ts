import { setTimeout as sleep } from 'node:timers/promises';

/** Polls `probe` until it gives something other than null, undefined or false; throws after `withinMs`, saying for what it waited. */
export async function until<T>(
  what: string,
  withinMs: number,
  probe: () => Promise<T | null | undefined | false>,
  everyMs = 100,
): Promise<T> {
  const end = performance.now() + withinMs;
  while (true) {
    const found = await probe();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms in vain for: ${what}`);
    await sleep(everyMs);
  }
}
