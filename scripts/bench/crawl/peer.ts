import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { CrawleeReport, CrawleeTask } from '@numfleet/peers/crawlee';
import type { Round } from './round.ts';
import type { Web } from './start-web.ts';
import { watchProcesses } from './watch-processes.ts';

/** One round of Crawlee in a process of its own. */
export async function crawlWithCrawlee(web: Web, task: Omit<CrawleeTask, 'urls'>, signal: AbortSignal): Promise<Round> {
  await using stack = new AsyncDisposableStack();
  const storage = await mkdtemp(path.join(tmpdir(), 'numfleet-bench-crawlee-'));
  stack.defer(() => rm(storage, { recursive: true, force: true, maxRetries: 5 }));
  const script = fileURLToPath(import.meta.resolve('@numfleet/peers/crawlee'));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
    env: { ...process.env, CRAWLEE_STORAGE_DIR: storage },
    stdio: ['pipe', 'pipe', 'inherit'],
    killSignal: 'SIGKILL',
    signal,
  });
  const exited = once(child, 'exit');
  const urls = web.pages.map(({ host, path }) => `http://${host}:${web.port}${path}`);
  child.stdin.end(JSON.stringify({ ...task, urls } satisfies CrawleeTask));
  const watch = stack.use(await watchProcesses([child.pid ?? 0]));
  const [output] = await Promise.all([text(child.stdout), exited]);
  const report = JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as CrawleeReport;
  const phones = new Set(report.phones.map((phone) => phone.replace(/[^\d+]/g, '')));
  const usage = watch.usage();
  return {
    pagesPerSecond: report.pages / report.seconds,
    cpuPerPage: (1_000 * usage.cpuSeconds) / report.pages,
    peakMemory: usage.peakMemory / 2 ** 20,
    missed: web.pages.filter(({ number }) => !phones.has(number)).length,
  };
}
