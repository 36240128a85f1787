import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process that lives; zombies do not count. Linux only. */
export interface LiveProcess {
  pid: number;
  parent: number;
  group: number;
  /** With the boot's clock ticks: tells it from a later process of the same pid. */
  start: string;
  /** Words joined by blanks. */
  command: string;
  /** `NAME=value` in a line each; empty where it is hidden or was overwritten. */
  environment: string;
  folder: string;
}

/** All processes of this machine. */
export async function liveProcesses(): Promise<LiveProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const found = await Promise.all(pids.map(readProcess));
  return found.filter((process) => process !== null);
}

/** The processes under one, itself included, as long as each has its parent still. */
export async function descendantsOf(root: number): Promise<LiveProcess[]> {
  const all = await liveProcesses();
  const family = new Set([root]);
  // A child can have a lower pid than its parent, so pids in order would not do.
  for (let grown = true; grown; ) {
    const before = family.size;
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
    grown = family.size > before;
  }
  return all.filter(({ pid }) => family.has(pid));
}

async function readProcess(pid: number): Promise<LiveProcess | null> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  const [stat, command, environment, folder] = await Promise.all([
    read('stat'),
    read('cmdline'),
    read('environ'),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ]);
  // proc(5): after the name in parentheses come state, parent, group (fields 3 to 5), and the start (field 22).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  const start = fields[19];
  if (start === undefined || state === 'Z' || state === 'X') return null;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    start,
    command: command.replaceAll('\0', ' ').trim(),
    environment: environment.replaceAll('\0', '\n'),
    folder,
  };
}
