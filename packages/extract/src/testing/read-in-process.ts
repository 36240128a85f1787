/** Run by `measureMemory`: reads the pages of the files that it is given. */
import { readFileSync } from 'node:fs';
import { readPage } from '../read-page.ts';
import type { MemoryUse } from './measure-memory.ts';

const options = { url: 'https://shop.test/', region: null, maxFindings: 2_000, maxLinks: 1_000 };
const manyPages = 1_500;
const text = '<p>1234'.repeat(1_000);

// What is made once, such as the tables of the regions, is not the pages'.
readManyPages(0);
const growths = process.argv.slice(2).map((file) => {
  const page = readFileSync(file);
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  readPage(page, options);
  return mostMemory() - before;
});
const before = heapUsed();
readManyPages(manyPages);
process.stdout.write(JSON.stringify({ growths, leaked: heapUsed() - before } satisfies MemoryUse));

/** Every page has words of its own before its number, of which some are remembered, and a text that must not be with them. */
function readManyPages(first: number): void {
  for (let index = first; index < first + manyPages; index++) {
    const digits = String(1_000_000 + index);
    const word = [...digits].map((digit) => 'abcdefghij'.charAt(Number(digit))).join('');
    readPage(
      `${text}<p>Office of ${word} tel: (212) ${digits.slice(0, 3)}-${digits.slice(3)}<a href="/${word}">`,
      options,
    );
  }
}

/**
 * The most that this process ever had, in bytes. Linux counts to `maxRSS` what its parent had when it was started, and a
 * parent with 200 MB made a reading look as if it took 44 times its page.
 */
function mostMemory(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1_024;
  const [, kibibytes] = /VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kibibytes) * 1_024;
}

function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
