import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ownedChild = fileURLToPath(new URL('./owned-child.sh', import.meta.url));

/** What a shell gives for a command that it cannot find. */
export const notFound = 127;

/**
 * Runs a program to its end, its output line by line (stdout and stderr alike), its standard input empty. When
 * `signal` aborts, the program is ended before this rejects, so that nothing writes on behind our back.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} options
 * @param {string} options.cwd
 * @param {NodeJS.ProcessEnv} options.env
 * @param {AbortSignal} options.signal
 * @param {(line: string) => void} options.onLine
 * @returns {Promise<number>} its exit code, {@link notFound} when there is no such program
 * @throws the reason of `signal`
 */
export async function runChild(command, args, { cwd, env, signal, onLine }) {
  signal.throwIfAborted();
  const child = spawn('/bin/sh', [ownedChild, command, ...args], { cwd, env });
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', onLine);

  const stop = () => child.stdin.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
      // A grandchild may hold the pipes open; after an abort its output is no longer of interest.
      child.once('exit', () => signal.aborted && resolve(null));
    });
    signal.throwIfAborted();
    return code;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
