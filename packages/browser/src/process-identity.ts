import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process beyond doubt: pids are used again, a pid with its start time is not (within one boot and one pid namespace). */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since boot on Linux, a date elsewhere: only good for comparing. */
  startedAt: string;
  /** The boot and the pid namespace in which the pid means something. */
  world: string;
}

/** The identity of a process that is alive, null when there is none. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | null> {
  const startedAt = process.platform === 'linux' ? await linuxStart(pid) : await posixStart(pid);
  return startedAt === null ? null : { pid, startedAt, world: await currentWorld() };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.startedAt === identity.startedAt;
}

/** Names this boot and pid namespace; constant where the system has no such notions. */
export async function currentWorld(): Promise<string> {
  if (process.platform !== 'linux') return process.platform;
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    readlink('/proc/self/ns/pid'),
  ]);
  return `${boot.trim()} ${namespace}`;
}

async function linuxStart(pid: number): Promise<string | null> {
  const fields = await statFields(pid);
  return fields === null || fields[stat.state] === 'Z' ? null : (fields[stat.startTime] ?? null);
}

async function posixStart(pid: number): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

/** The fields of /proc/PID/stat after the command's name (proc_pid_stat(5)), null when there is no such process. */
export async function statFields(pid: number | string): Promise<string[] | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return line === null ? null : line.slice(line.lastIndexOf(')') + 2).split(' ');
}

/** Places in `statFields`: the number in the manual less three. */
export const stat = {
  state: 0,
  processGroup: 2,
  userTicks: 11,
  systemTicks: 12,
  reapedUserTicks: 13,
  reapedSystemTicks: 14,
  startTime: 19,
  residentPages: 21,
} as const;
