import { access, constants, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { type Chromium, chromiumVersion } from './chromium.ts';
import { unpackChromium } from './unpack-chromium.ts';

/**
 * Finds a Chromium that runs: the configured one (CHROMIUM_PATH), else a headless shell (Playwright's, the system's, or the
 * one on npm unpacked into `runtimeDir`), else a full Chromium (Playwright's, the system's).
 * Throws `config-invalid` when the configured one does not run, `browser-missing` when there is none.
 */
export async function findChromium(deps: {
  chromiumPath?: string | undefined;
  /** Where Playwright has put browsers. Its own library would tell, for 75 MiB of memory. */
  playwrightBrowsers?: string | undefined;
  runtimeDir: string;
}): Promise<Chromium> {
  if (deps.chromiumPath !== undefined) return await configuredChromium(deps.chromiumPath);
  const playwrights = await playwrightBrowsers(deps.playwrightBrowsers ?? defaultPlaywrightBrowsers);
  return (
    (await firstThatRuns([...playwrights.shells, ...systemShells])) ??
    (await unpackChromium(deps.runtimeDir)) ??
    (await firstThatRuns([...playwrights.chromiums, ...systemChromiums])) ??
    missing()
  );
}

async function configuredChromium(path: string): Promise<Chromium> {
  const found = await runnable(path);
  if (found) return found;
  throw new NumfleetError(
    'config-invalid',
    `CHROMIUM_PATH: expected a Chromium that runs with --version (given: ${JSON.stringify(path)}). Unset it to have one found.`,
  );
}

async function firstThatRuns(paths: readonly string[]): Promise<Chromium | null> {
  for (const path of paths) {
    const found = await runnable(path);
    if (found) return found;
  }
  return null;
}

async function runnable(executablePath: string): Promise<Chromium | null> {
  try {
    await access(executablePath, constants.X_OK);
    const version = await chromiumVersion(executablePath, null);
    return { executablePath, libraryPath: null, kind: kindOf(executablePath), version };
  } catch {
    return null;
  }
}

function kindOf(path: string): Chromium['kind'] {
  return /headless[-_]?shell/i.test(basename(path)) ? 'headless-shell' : 'chromium';
}

/** Its browsers lie in folders such as `chromium_headless_shell-1255/chrome-headless-shell-linux64` and `chromium-1255/chrome-linux64`. */
async function playwrightBrowsers(folder: string): Promise<{ shells: string[]; chromiums: string[] }> {
  const newestFirst = (await namesIn(folder)).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const programs = async (kind: string, names: readonly string[]) => {
    const paths: string[] = [];
    for (const release of newestFirst.filter((name) => name.startsWith(`${kind}-`))) {
      for (const platform of await namesIn(join(folder, release))) {
        paths.push(...names.map((name) => join(folder, release, platform, name)));
      }
    }
    return paths;
  };
  return {
    shells: await programs('chromium_headless_shell', ['chrome-headless-shell', 'headless_shell']),
    chromiums: await programs('chromium', ['chrome', ...macPrograms]),
  };
}

const defaultPlaywrightBrowsers = join(
  homedir(),
  process.platform === 'darwin' ? 'Library/Caches/ms-playwright' : '.cache/ms-playwright',
);

const macPrograms = ['Google Chrome for Testing', 'Chromium'].map((name) => `${name}.app/Contents/MacOS/${name}`);

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

const systemShells = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chrome-headless-shell',
  '/opt/chrome-headless-shell/chrome-headless-shell',
];

/** Not the snap: its confinement hides our profile folders from it. */
const systemChromiums = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

function missing(): never {
  throw new NumfleetError(
    'browser-missing',
    'No browser was found. Get one with `npx playwright-core install --with-deps --only-shell chromium` or install ' +
      "your system's Chromium, or set CHROMIUM_PATH to one.",
  );
}
