import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The command line of a living process, words joined by blanks; null where there is none (a zombie counts as dead). */
export async function commandLineOf(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return await askPs(pid, 'command=');
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return words === '' ? null : words.replaceAll('\0', ' ').trim();
}

/**
 * What tells a process from a later one with the same pid: when it was started, in whatever unit the system has.
 * Null where no such process lives.
 */
export async function startOf(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return await askPs(pid, 'lstart=');
  const [stat, bootId] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  // proc(5): after the name in parentheses come the state, field 3, and the start in clock ticks since boot, field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields[0], fields[19]];
  return ticks === undefined || state === 'Z' ? null : `${bootId.trim()} ${ticks}`;
}

/** Whether a pid is taken, by a zombie too. */
export function isPidTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function askPs(pid: number, field: string): Promise<string | null> {
  const asked = promisify(execFile)('ps', ['-p', String(pid), '-o', field], { timeout: 5_000 });
  const answer = await asked.then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
  return answer === '' || answer.includes('<defunct>') ? null : answer;
}
