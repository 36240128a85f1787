import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What reading some pages took: bytes by which the process had grown at most, for each up to it and with those before it. */
export type MemoryUse = {
  growths: number[];
  /** Of the heap after thousands of other pages, in bytes. */
  leaked: number;
};

/**
 * Reads pages in a process of its own, whose memory nothing else grows. Its heap is kept small and collected by its own
 * thread, so that what is measured is what reading holds and not what it has dropped already: with V8's defaults one input
 * took 3 to 18 times its size, by how busy the machine was.
 */
export function measureMemory(pages: readonly Uint8Array[]): MemoryUse {
  const folder = mkdtempSync(join(tmpdir(), 'numfleet-memory-'));
  try {
    const files = pages.map((page, index) => {
      const file = join(folder, `${index}.html`);
      writeFileSync(file, page);
      return file;
    });
    const reader = fileURLToPath(import.meta.resolve('./read-in-process.ts'));
    const flags = ['--expose-gc', '--single-threaded-gc', '--max-semi-space-size=1', '--max-old-space-size=40'];
    return JSON.parse(execFileSync(process.execPath, [...flags, reader, ...files], { encoding: 'utf8' })) as MemoryUse;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
