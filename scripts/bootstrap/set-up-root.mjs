import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { bringTool, isOwnNode, isThere, useMachineNode } from './bring-tool.mjs';
import { buildDashboard, isDashboardBuilt } from './build-dashboard.mjs';
import { createChildEnvironment } from './child-environment.mjs';
import { installPackages } from './install-packages.mjs';
import { acquireLock } from './lock.mjs';
import { choosePins, isNewEnough, platformOf } from './pins.mjs';
import { createProgress } from './progress.mjs';
import { isUpToDate, removeStamp, writeStamp } from './stamp.mjs';

/**
 * Sets a checkout up. Nothing half-made is ever in a place where a later start would take it for whole: tools are
 * renamed into `.runtime/bin` when they have been seen to run, and the stamp is written last.
 *
 * @param {object} options
 * @param {string} options.root folder of the checkout
 * @param {NodeJS.ProcessEnv} options.env
 * @param {NodeJS.WriteStream} options.output where progress is shown
 * @param {AbortController} options.stop aborted, it stops the set-up, which clears away what it had begun; the set-up
 *   aborts it itself, with a failure as the reason, when its lock is lost
 * @throws {import('./failure.mjs').SetUpFailure}
 */
export async function setUp({ root, env, output, stop }) {
  if (isWhole(root)) return;
  const runtime = join(root, '.runtime');
  const pins = choosePins(platformOf(process));
  mkdirSync(join(runtime, 'bin'), { recursive: true });

  const progress = createProgress(output, { steps: 4, moving: output.isTTY && !env.CI && env.TERM !== 'dumb' });
  const lock = await acquireLock({
    file: join(runtime, 'set-up.lock'),
    signal: stop.signal,
    onWait: (holder) => progress.say(`another set-up is running in this folder (process ${holder}); waiting for it`),
    onLost: (failure) => stop.abort(failure),
  });
  try {
    // Who waited finds the work done.
    if (isWhole(root)) return;
    progress.say('setting up; the next start will be instant');
    await bringEverything({ root, runtime, pins, env, progress, signal: stop.signal });
    writeStamp(root);
  } finally {
    lock.release();
  }
}

/**
 * @param {string} root
 */
function isWhole(root) {
  return isUpToDate(root) && isDashboardBuilt(root);
}

/**
 * @param {object} options
 * @param {string} options.root
 * @param {string} options.runtime
 * @param {import('./pins.mjs').Pins} options.pins
 * @param {NodeJS.ProcessEnv} options.env
 * @param {import('./progress.mjs').Progress} options.progress
 * @param {AbortSignal} options.signal
 */
async function bringEverything({ root, runtime, pins, env, progress, signal }) {
  removeStamp(root);
  removeLeftovers(runtime);
  const log = openLog(join(runtime, 'set-up.log'));
  const task = { runtime, env: createChildEnvironment(env, runtime), log: log.write, signal };
  try {
    await progress.step('Node', async (note) => {
      const { version } = pins.node;
      if (isThere(runtime, 'node', version)) return `${version} already here`;
      if (isNewEnough(process.version) && !isOwnNode(runtime)) return useMachineNode(runtime);
      note(version);
      return bringTool({ tool: 'node', pin: pins.node, ...task });
    });
    // Always our own, even where the machine has one: what is on PATH may be a shim that fetches another version by
    // itself, and the lockfile is to be read by the pnpm that wrote it.
    await progress.step('pnpm', async (note) => {
      const { version } = pins.pnpm;
      if (isThere(runtime, 'pnpm', version)) return `${version} already here`;
      note(version);
      return bringTool({ tool: 'pnpm', pin: pins.pnpm, ...task });
    });
    await progress.step('packages', (note) => installPackages({ root, note, ...task }));
    await progress.step('dashboard', () => buildDashboard({ root, ...task }));
  } finally {
    log.close();
  }
}

/**
 * What a set-up that was killed had begun.
 *
 * @param {string} runtime
 */
function removeLeftovers(runtime) {
  for (const name of readdirSync(runtime)) {
    if (name.startsWith('bringing-')) rmSync(join(runtime, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * The last set-up's log, for the error line to point at: what npm and pnpm said.
 *
 * @param {string} file
 */
function openLog(file) {
  const descriptor = openSync(file, 'w');
  return {
    write: (/** @type {string} */ line) => void writeSync(descriptor, `${line}\n`),
    close: () => closeSync(descriptor),
  };
}
