import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { stat, statFields } from './process-identity.ts';

export interface GroupUsage {
  processes: number;
  /** Resident memory; pages that the processes share count once for each. */
  rssBytes: number;
  /** User and system time of the processes that are alive, and of those that they have buried. */
  cpuSeconds: number;
}

/** What a process group uses, null where the system has no /proc. */
export async function groupUsage(group: number): Promise<GroupUsage | null> {
  if (process.platform !== 'linux') return null;
  const usage: GroupUsage = { processes: 0, rssBytes: 0, cpuSeconds: 0 };
  for (const fields of await membersOf(group)) {
    usage.processes += 1;
    usage.rssBytes += Number(fields[stat.residentPages]) * pageSize;
    usage.cpuSeconds += cpuTicks.reduce((sum, place) => sum + Number(fields[place]), 0) / ticksPerSecond;
  }
  return usage;
}

/** Kills a whole process group, also one that is stopped, and waits until it is gone. False when it was not in time. */
export async function killGroup(group: number, timeoutMs: number): Promise<boolean> {
  const endsAt = performance.now() + timeoutMs;
  while (signalGroup(group, 'SIGKILL') && (await isPopulated(group))) {
    if (performance.now() > endsAt) return false;
    await sleep(20);
  }
  return true;
}

/** False when the group has no process left. */
function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A pid 1 that reaps nothing leaves zombies in the group for ever: they can be signalled and yet are gone. */
async function isPopulated(group: number): Promise<boolean> {
  return process.platform !== 'linux' || (await membersOf(group)).length > 0;
}

/** Zombies are left out: they hold nothing but their number. */
async function membersOf(group: number): Promise<string[][]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map(statFields));
  return all
    .filter((fields) => fields !== null)
    .filter((fields) => fields[stat.processGroup] === String(group) && fields[stat.state] !== 'Z');
}

const cpuTicks = [stat.userTicks, stat.systemTicks, stat.reapedUserTicks, stat.reapedSystemTicks];
// x86-64's page size, and the USER_HZ of every Linux architecture; arm64 may use larger pages, then memory reads too low.
const pageSize = 4_096;
const ticksPerSecond = 100;
