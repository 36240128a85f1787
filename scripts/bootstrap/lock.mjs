import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetUpFailure } from './failure.mjs';

/**
 * @typedef {object} Timing in milliseconds; tests make it shorter
 * @property {number} beatMs how often the holder touches the lock, and how often a waiter looks
 * @property {number} deadMs a holder whose process is gone is given up after so long without a beat
 * @property {number} silentMs and one that cannot be asked, or whose process number was given to another, after this
 *
 * @typedef {object} Holder
 * @property {number} pid
 * @property {string} host
 * @property {string} token
 */

/** @type {Timing} */
const defaultTiming = { beatMs: 250, deadMs: 1_500, silentMs: 30_000 };

/**
 * Waits until nobody else holds `file`, then holds it. The lock is a file that the holder touches again and again.
 * A process number alone would not do: it means nothing to another container on the same folder, and a
 * number is given out again. Time alone would not do either: clocks differ and machines sleep, so a waiter counts
 * its own looks at an unmoving lock instead of comparing times.
 *
 * @param {object} options
 * @param {string} options.file in a folder that exists
 * @param {AbortSignal} options.signal ends the waiting
 * @param {(pid: number) => void} options.onWait told once, when there is somebody to wait for
 * @param {(failure: SetUpFailure) => void} options.onLost told when another took the lock over, which happens to a
 *   holder that was stopped (SIGSTOP) for longer than `silentMs`
 * @param {Timing} [options.timing]
 * @returns {Promise<{ release: () => void }>}
 */
export async function acquireLock({ file, signal, onWait, onLost, timing = defaultTiming }) {
  const mine = { pid: process.pid, host: hostname(), token: randomUUID() };
  let seen = '';
  let unmovedMs = 0;
  for (let told = false; ; ) {
    signal.throwIfAborted();
    if (create(file, mine)) return hold({ file, mine, beatMs: timing.beatMs, onLost });
    const now = look(file);
    unmovedMs = now === seen ? unmovedMs + timing.beatMs : 0;
    seen = now;
    const holder = read(file);
    if (unmovedMs >= (isGone(holder) ? timing.deadMs : timing.silentMs)) breakLock(file, holder?.token);
    if (holder !== null && !told) {
      told = true;
      if (!isGone(holder)) onWait(holder.pid);
    }
    await sleep(timing.beatMs, undefined, { signal });
  }
}

/**
 * @param {string} file
 * @param {Holder} holder
 */
function create(file, holder) {
  try {
    writeFileSync(file, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {{ file: string, mine: Holder, beatMs: number, onLost: (failure: SetUpFailure) => void }} options
 */
function hold({ file, mine, beatMs, onLost }) {
  const beat = () => {
    if (read(file)?.token === mine.token) return utimesSync(file, new Date(), new Date());
    clearInterval(timer);
    const advice = 'another set-up took over while this one was stopped; run the same command again';
    onLost(new SetUpFailure('lock-lost', advice));
  };
  const timer = setInterval(beat, beatMs);
  const release = () => {
    clearInterval(timer);
    process.off('exit', release);
    if (read(file)?.token === mine.token) rmSync(file, { force: true });
  };
  process.on('exit', release);
  return { release };
}

/**
 * What changes with every beat and with every holder.
 *
 * @param {string} file
 */
function look(file) {
  const holder = read(file);
  return `${holder?.token} ${statSync(file, { throwIfNoEntry: false })?.mtimeMs}`;
}

/**
 * Null when the lock was given back just now, or is being written, or its holder died before it had written it.
 *
 * @param {string} file
 * @returns {Holder | null}
 */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/**
 * @param {Holder | null} holder
 */
function isGone(holder) {
  if (holder === null) return true;
  if (holder.host !== hostname()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    // EPERM: there is such a process, of another user.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}

/**
 * Takes away the lock of a holder that is given up. Of two waiters that found the same dead holder the slower would
 * take away the lock of the faster; so this is done by one at a time, who looks once more who the holder is.
 *
 * @param {string} file
 * @param {string | undefined} token of the holder that is given up
 */
function breakLock(file, token) {
  const door = `${file}.breaking`;
  try {
    mkdirSync(door);
  } catch {
    // Somebody else is at it, for some microseconds; or was killed within them, and the door is old.
    const { mtimeMs = Date.now() } = statSync(door, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > defaultTiming.silentMs) rmSync(door, { recursive: true, force: true });
    return;
  }
  try {
    if (read(file)?.token === token) rmSync(file, { force: true });
  } finally {
    rmdirSync(door);
  }
}
