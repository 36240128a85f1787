import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain } from './failure.mjs';
import { runChild } from './run-child.mjs';

/**
 * Installs the libraries exactly as pnpm-lock.yaml names them, those for the tests included.
 *
 * @param {import('./bring-tool.mjs').Task & { root: string, note: (text: string) => void }} task
 * @returns {Promise<string>} how it went
 * @throws {import('./failure.mjs').SetUpFailure}
 */
export async function installPackages({ root, runtime, env, log, signal, note }) {
  // `--prod=false`: a NODE_ENV=production of the caller would leave out what the tests need.
  const args = ['install', '--frozen-lockfile', '--prod=false', '--reporter=ndjson'];
  const tally = { expected: countPackages(root), imported: 0 };
  const errors = /** @type {string[]} */ ([]);
  const onLine = (/** @type {string} */ line) => {
    const event = parseEvent(line);
    if (event?.name === 'pnpm:skipped-optional-dependency') {
      tally.expected -= 1;
    } else if (event?.name === 'pnpm:progress') {
      if (event.status === 'imported') tally.imported += 1;
      note(`${tally.imported} of ${tally.expected}`);
    } else if (event?.level !== 'debug' || event.name === 'pnpm:lifecycle') {
      log(line);
      if (event === null || event.level === 'error') errors.push(`${event?.code ?? ''} ${event?.message ?? line}`);
    }
  };
  const code = await runChild(join(runtime, 'bin', 'pnpm'), args, { cwd: root, env, signal, onLine });
  if (code !== 0) throw explain('installing the packages with pnpm', errors.join('\n'));
  return tally.imported === 0 ? 'already here' : `${tally.imported} installed`;
}

/**
 * An upper bound: packages for other platforms are taken off as pnpm skips them.
 *
 * @param {string} root
 */
function countPackages(root) {
  return readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8').split('\n    resolution:').length - 1;
}

/**
 * @param {string} line
 * @returns {{ name?: string, level?: string, status?: string, code?: string, message?: string } | null}
 */
function parseEvent(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
