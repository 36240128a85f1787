import { copyFile, mkdir, open, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

const checkEveryMs = 10_000;

export interface BoundedLog extends AsyncDisposable {
  /** To hand to a child as stdout and stderr; it appends. */
  fd: number;
}

/**
 * Opens a log file for processes that write to it themselves, and keeps it bounded (I8): beyond `maxBytes` it is copied
 * to `FILE.1`, replacing what is there, and emptied. Writers append, so they go on at the new end; lines written between
 * the copy and the cut are lost, the price for a log that outlives us when we are killed.
 */
export async function openBoundedLog(file: string, maxBytes = 10_000_000): Promise<BoundedLog> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await rotate(file, maxBytes);
  const handle = await open(file, 'a', 0o600);
  const timer = setInterval(() => void rotate(file, maxBytes).catch(() => {}), checkEveryMs).unref();
  return {
    fd: handle.fd,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await handle.close();
    },
  };
}

async function rotate(file: string, maxBytes: number): Promise<void> {
  const size = await stat(file).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size <= maxBytes) return;
  await copyFile(file, `${file}.1`);
  await truncate(file, 0);
}
