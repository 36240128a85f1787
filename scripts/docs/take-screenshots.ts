import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findChromium } from '@numfleet/browser';
import { chromium } from 'playwright-core';

/** Takes the pictures of the docs from a running fleet, in the middle of the demo crawl: `pnpm docs:screenshots`. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const pictures = path.join(root, 'docs', 'images');
const home = await mkdtemp(path.join(tmpdir(), 'numfleet-pictures-'));
await mkdir(pictures, { recursive: true });

const fleet = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'apps/cli/src/main.ts', 'demo'], {
  cwd: root,
  env: { ...process.env, NUMFLEET_HOME: home, NUMFLEET_CONSOLE_PORT: '0' },
  stdio: ['ignore', 'inherit', 'pipe'],
});
try {
  const links = await readLinks();
  const { executablePath, libraryPath } = await findChromium({ runtimeDir: path.join(root, '.runtime') });
  const browser = await chromium.launch({
    executablePath,
    // Only our own console is opened; as root Chromium has no sandbox of its own.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    env: { ...process.env, ...(libraryPath === null ? {} : { LD_LIBRARY_PATH: libraryPath }) },
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 420 } });
  await page.goto(links.console);
  // Pages are crawled within seconds of the link; the pictures are to show them at it.
  await page.waitForTimeout(4_000);
  await page.screenshot({ path: path.join(pictures, 'console.png'), clip: { x: 0, y: 0, width: 1280, height: 270 } });
  await page.goto(links.queues);
  await page.waitForTimeout(2_500);
  await page.screenshot({ path: path.join(pictures, 'queues.png') });
  await browser.close();
} finally {
  const ended = once(fleet, 'exit');
  fleet.kill('SIGTERM');
  await ended;
  await rm(home, { recursive: true, force: true });
}

async function readLinks(): Promise<{ console: string; queues: string }> {
  const found: Record<string, string> = {};
  for await (const line of createInterface(fleet.stderr)) {
    const [, name, link] = /^\s+(console|queues)\s+(http\S+)/.exec(line) ?? [];
    if (name && link) found[name] = link;
    if (found.console && found.queues) return { console: found.console, queues: found.queues };
  }
  throw new Error('The fleet did not come up.');
}
