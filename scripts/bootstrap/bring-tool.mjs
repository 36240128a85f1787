import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain, SetUpFailure } from './failure.mjs';
import { notFound, runChild } from './run-child.mjs';

/**
 * @typedef {object} Task what every step is handed
 * @property {string} runtime the folder `.runtime`
 * @property {NodeJS.ProcessEnv} env for child processes
 * @property {(line: string) => void} log
 * @property {AbortSignal} signal
 *
 * @typedef {'node' | 'pnpm'} Tool
 */

/**
 * Brings one program from npm into `.runtime/bin`. npm itself does the fetching, so its configuration (registry,
 * proxy, certificates, cache) holds. It works in a folder of its own with a lockfile made of the pin, so that `npm ci`
 * takes that very tarball or nothing; no script of it is run.
 *
 * @param {Task & { tool: Tool, pin: import('./pins.mjs').Pin }} task
 * @returns {Promise<string>} how it went
 * @throws {SetUpFailure}
 */
export async function bringTool({ runtime, tool, pin, env, log, signal }) {
  const folder = mkdtempSync(join(runtime, `bringing-${tool}-`));
  try {
    writeProject(folder, pin);
    await runNpm({ folder, tool, env, log, signal });
    const program = join(folder, 'node_modules', pin.package, pin.file);
    seeItRun(program, tool, pin);
    renameSync(program, join(runtime, 'bin', tool));
    return `${pin.version} brought from npm`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} runtime
 * @param {Tool} tool
 * @param {string} version
 */
export function isThere(runtime, tool, version) {
  try {
    return versionOf(join(runtime, 'bin', tool)) === version;
  } catch {
    // Absent, of another platform, or its link leads nowhere.
    return false;
  }
}

/**
 * Whether we run on what an earlier set-up brought: an older pin, then, and nothing of the machine's to link to.
 *
 * @param {string} runtime
 */
export function isOwnNode(runtime) {
  return realpathSync(process.execPath) === join(realpathSync(runtime), 'bin', 'node');
}

/**
 * Puts a link to the Node that we run on where one of our own would lie.
 *
 * @param {string} runtime
 * @returns {string} how it went
 */
export function useMachineNode(runtime) {
  const folder = mkdtempSync(join(runtime, 'bringing-node-'));
  try {
    symlinkSync(realpathSync(process.execPath), join(folder, 'node'));
    renameSync(join(folder, 'node'), join(runtime, 'bin', 'node'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return `${process.version.slice(1)} of this machine`;
}

/**
 * @param {string} folder
 * @param {import('./pins.mjs').Pin} pin
 */
function writeProject(folder, { package: name, version, integrity }) {
  const dependencies = { [name]: version };
  const packages = { '': { dependencies }, [`node_modules/${name}`]: { version, integrity } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  mkdirSync(join(folder, 'node_modules'));
}

/**
 * @param {Pick<Task, 'env' | 'log' | 'signal'> & { folder: string, tool: Tool }} options
 */
async function runNpm({ folder, tool, env, log, signal }) {
  const args = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
  const errors = /** @type {string[]} */ ([]);
  const onLine = (/** @type {string} */ line) => {
    log(line);
    if (/^npm (error|ERR!) code/.test(line)) errors.push(line);
  };
  const code = await runChild('npm', args, { cwd: folder, env, signal, onLine });
  if (code === notFound) {
    throw new SetUpFailure(
      'npm-missing',
      `npm is not on PATH and ${tool} has to be brought with it; install npm (it comes with Node), then run the same command again`,
    );
  }
  if (code !== 0) throw explain(`bringing ${tool} with npm`, errors.join('\n'));
}

/**
 * @param {string} program
 * @param {Tool} tool
 * @param {import('./pins.mjs').Pin} pin
 */
function seeItRun(program, tool, pin) {
  let version = 'nothing';
  try {
    version = versionOf(program);
  } catch {
    // Said below.
  }
  if (version === pin.version) return;
  const advice = tool === 'node' ? 'install Node 24 or newer by hand' : 'use a newer system';
  throw new SetUpFailure(
    'tool-unusable',
    `${tool} ${pin.version} was brought, but does not run on this machine (is its C library too old?); ${advice}, then run the same command again`,
  );
}

/**
 * @param {string} program
 */
function versionOf(program) {
  const options = {
    cwd: '/',
    encoding: /** @type {const} */ ('utf8'),
    timeout: 20_000,
    stdio: /** @type {const} */ ('pipe'),
  };
  return execFileSync(program, ['--version'], options).trim().replace(/^v/, '');
}
