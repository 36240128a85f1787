import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../find-chromium.ts';

const runtimeDir = fileURLToPath(new URL('../../../../.runtime', import.meta.url));

/** A browser to look at our own pages with, and no others: as root it has no sandbox. */
export async function launchTestBrowser(): Promise<Browser & AsyncDisposable> {
  const { executablePath, libraryPath } = await findChromium({
    chromiumPath: process.env.CHROMIUM_PATH || undefined,
    runtimeDir,
  });
  return await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    env: { ...process.env, ...(libraryPath === null ? {} : { LD_LIBRARY_PATH: libraryPath }) },
  });
}
