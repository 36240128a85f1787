import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toFailure } from './failure.mjs';
import { setUp } from './set-up-root.mjs';

/** Exit codes of a set-up that was told to stop: 128 + the number of the signal, as a shell would give. */
const signalExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** The set-up as a command: its exit code is 0 when all is there, 1 when something is missing (one line says what). */
export async function run() {
  const stop = new AbortController();
  const release = stopOnSignals(stop);
  try {
    const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
    await setUp({ root, env: process.env, output: process.stderr, stop });
  } catch (error) {
    process.exitCode = report(stop.signal.aborted ? stop.signal.reason : error);
  } finally {
    release();
  }
}

/**
 * @param {unknown} reason the name of a signal, or what was thrown
 * @returns {number} the exit code
 */
function report(reason) {
  if (typeof reason === 'string') return signalExitCodes[/** @type {keyof typeof signalExitCodes} */ (reason)];
  const failure = toFailure(reason);
  process.stderr.write(`numfleet: error [${failure.code}] ${failure.message}\n`);
  return 1;
}

/**
 * A shell between us and the one who pressed Ctrl-C may die without passing anything on: `npm` sends SIGTERM to the
 * shell alone. A parent that has changed is therefore taken for a SIGTERM.
 *
 * @param {AbortController} stop
 */
function stopOnSignals(stop) {
  const onSignal = (/** @type {string} */ name) => stop.abort(name);
  for (const name of Object.keys(signalExitCodes)) process.on(name, onSignal);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) stop.abort('SIGTERM');
  }, 500);
  watch.unref();
  return () => {
    clearInterval(watch);
    for (const name of Object.keys(signalExitCodes)) process.off(name, onSignal);
  };
}
