import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { NumfleetError } from '@numfleet/contracts';
import { extract } from 'tar-fs';
import { type Chromium, chromiumVersion } from './chromium.ts';

/**
 * The headless shell that @sparticuz/chromium carries, unpacked into a folder of its version under `runtimeDir` unless
 * it is there already (2 to 3 s, 213 MB); null where it has none (anything but Linux x64) or where it does not run.
 * Its JS side is left alone: the arguments that it gives Chromium switch security off.
 * Throws `folder-readonly` or `browser-missing` when it cannot be unpacked.
 */
export async function unpackChromium(runtimeDir: string): Promise<Chromium | null> {
  const packed = await locatePackage();
  if (!packed) return null;
  const folder = join(runtimeDir, `chromium-${packed.version}`);
  const here = (await exists(folder)) ? await unpackedChromium(folder) : null;
  if (here) return here;
  try {
    await unpackInto(folder, packed.bin, runtimeDir);
  } catch (error) {
    throw unpackError(error, runtimeDir);
  }
  return await unpackedChromium(folder);
}

async function locatePackage(): Promise<{ version: string; bin: string } | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  try {
    const entry = import.meta.resolve('@sparticuz/chromium');
    const { version } = JSON.parse(await readFile(new URL('../package.json', entry), 'utf8')) as { version: string };
    return { version, bin: fileURLToPath(new URL('../bin', entry)) };
  } catch {
    return null; // not installed, as in an image that brings its own browser
  }
}

/** With the system's libraries where it has them, else with those that came along. */
async function unpackedChromium(folder: string): Promise<Chromium | null> {
  const executablePath = join(folder, executableName);
  for (const libraryPath of [null, join(folder, 'lib')]) {
    try {
      const version = await chromiumVersion(executablePath, libraryPath);
      return { executablePath, libraryPath, kind: 'headless-shell', version };
    } catch {
      // a library is missing, or the folder was damaged
    }
  }
  return null;
}

/** A folder of that name is whole or absent: it is filled under another name and moved. Two processes may do it at once. */
async function unpackInto(folder: string, bin: string, runtimeDir: string): Promise<void> {
  await mkdir(runtimeDir, { recursive: true });
  await removeAbandoned(runtimeDir);
  const partial = await mkdtemp(join(runtimeDir, partialPrefix));
  try {
    await chmod(partial, 0o755); // for whoever runs the fleet next time
    await pipeline(
      createReadStream(join(bin, 'chromium.br')),
      createBrotliDecompress(),
      createWriteStream(join(partial, executableName), { mode: 0o755, flush: true }),
    );
    await pipeline(createReadStream(join(bin, 'al2023.tar.br')), createBrotliDecompress(), extract(partial));
    await moveIntoPlace(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function moveIntoPlace(partial: string, folder: string): Promise<void> {
  if (await renamed(partial, folder)) return;
  if (await unpackedChromium(folder)) return; // another process was faster
  await renamed(folder, `${partial}-damaged`);
  await renamed(partial, folder);
  await rm(`${partial}-damaged`, { recursive: true, force: true });
}

/** False where the target is there already. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

async function removeAbandoned(runtimeDir: string): Promise<void> {
  for (const name of await readdir(runtimeDir)) {
    if (!name.startsWith(partialPrefix)) continue;
    const folder = join(runtimeDir, name);
    const age = Date.now() - ((await stat(folder).catch(() => null))?.mtimeMs ?? Date.now());
    if (age > abandonedAfterMs) await rm(folder, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

function unpackError(cause: unknown, runtimeDir: string): NumfleetError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  return ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(code)
    ? new NumfleetError('folder-readonly', `The browser cannot be unpacked: ${runtimeDir} cannot be written.`, {
        cause,
      })
    : new NumfleetError('browser-missing', `The browser cannot be unpacked into ${runtimeDir} (${code}).`, { cause });
}

const executableName = 'chromium-headless-shell';
const partialPrefix = '.chromium-partial-';
const abandonedAfterMs = 3_600_000;
