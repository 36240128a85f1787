import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Chromium, findChromium } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'numfleet-chromium-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a browser that is configured', () => {
  test.each(['/nowhere/chromium', '/etc/passwd', '/bin/true'])(
    '%s is refused by the name of its setting',
    async (path) => {
      await expect(findChromium({ chromiumPath: path, runtimeDir: folder })).rejects.toMatchObject({
        code: 'config-invalid',
        message: expect.stringContaining(
          `CHROMIUM_PATH: expected a Chromium that runs with --version (given: "${path}")`,
        ),
      });
    },
  );

  test('is used before all others', async () => {
    const path = join(folder, 'my-headless-shell');
    await writeFile(path, '#!/bin/sh\necho "Chromium 153.0.8010.0"\n', { mode: 0o755 });
    expect(await findChromium({ chromiumPath: path, runtimeDir: folder })).toEqual({
      executablePath: path,
      libraryPath: null,
      kind: 'headless-shell',
      version: '153.0.8010.0',
    });
    expect(await readdir(folder)).toEqual(['my-headless-shell']);
  });
});

describe.runIf(await hasOnlyThePackedOne())('the browser that comes from npm', () => {
  test('is unpacked once, whole, by two processes at the same time', { timeout: 60_000 }, async () => {
    const found = await Promise.all([findInOwnProcess(), findInOwnProcess()]);
    expect(found[0]).toEqual(found[1]);
    expect(found[0]).toMatchObject({ kind: 'headless-shell' });
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^chromium-[\d.]+$/)]);

    const unpacked = await stat((found[0] as Chromium).executablePath);
    expect(await findChromium({ runtimeDir: folder })).toEqual(found[0]);
    expect(await stat((found[0] as Chromium).executablePath)).toMatchObject({ ino: unpacked.ino });
  });

  test('is unpacked again where its file is damaged', { timeout: 60_000 }, async () => {
    const found = await findChromium({ runtimeDir: folder });
    await truncate(found.executablePath, 1_000_000);
    expect(await findChromium({ runtimeDir: folder })).toEqual(found);
    expect(await readdir(folder)).toHaveLength(1);
  });

  test('needs a folder that can be written', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    await expect(findChromium({ runtimeDir: join(file, 'under') })).rejects.toMatchObject({ code: 'folder-readonly' });
  });
});

async function findInOwnProcess(): Promise<unknown> {
  const door = new URL('index.ts', import.meta.url);
  const script = `import { findChromium } from ${JSON.stringify(door)};
    console.log(JSON.stringify(await findChromium({ runtimeDir: ${JSON.stringify(folder)} })));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

/** On a machine with a headless shell of its own that one is found first, and nothing is unpacked. */
async function hasOnlyThePackedOne(): Promise<boolean> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  const runtimeDir = process.env.NUMFLEET_RUNTIME_DIR ?? join(import.meta.dirname, '../../../.runtime');
  return (await findChromium({ runtimeDir })).executablePath.startsWith(runtimeDir);
}
