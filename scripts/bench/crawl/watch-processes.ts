import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

interface ProcessUsage {
  /** Bytes at a time, at most: what several processes share is told once, a part with each of them. */
  peakMemory: number;
  /** Processor time since the watch began, with that of processes that ended meanwhile. */
  cpuSeconds: number;
}

export interface ProcessWatch extends AsyncDisposable {
  usage(): ProcessUsage;
}

/** Watches process trees until it is disposed of; what they used last is kept when they end. Linux only. */
export async function watchProcesses(roots: readonly number[], everyMs = 500): Promise<ProcessWatch> {
  const before = await cpuOfTrees(roots);
  const usage: ProcessUsage = { peakMemory: 0, cpuSeconds: 0 };
  const stop = new AbortController();
  const look = async () => {
    const pids = await treesUnder(roots);
    const [memory, cpu] = await Promise.all([sum(pids, memoryOf), sum(pids, cpuOf)]);
    usage.peakMemory = Math.max(usage.peakMemory, memory);
    usage.cpuSeconds = Math.max(usage.cpuSeconds, cpu - before);
  };
  const watching = (async () => {
    while (!stop.signal.aborted) {
      await look();
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => {});
    }
    await look();
  })();
  return {
    usage: () => usage,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
    },
  };
}

export interface MemorySample {
  /** Of the process and all below it, MiB. */
  all: number;
  /** Of the process alone. */
  crawler: number;
}

export async function memoryNow(crawler: number): Promise<MemorySample> {
  const [all, own] = await Promise.all([sum(await treesUnder([crawler]), memoryOf), memoryOf(crawler)]);
  return { all: all / 2 ** 20, crawler: own / 2 ** 20 };
}

/** Processor time of process trees since they began, with that of processes that ended, s. */
export async function cpuOfTrees(roots: readonly number[]): Promise<number> {
  return await sum(await treesUnder(roots), cpuOf);
}

async function sum(pids: readonly number[], of: (pid: number) => Promise<number>): Promise<number> {
  const all = await Promise.all(pids.map(of));
  return all.reduce((total, one) => total + one, 0);
}

async function treesUnder(roots: readonly number[]): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const parents = new Map(
    await Promise.all(pids.map(async (pid) => [pid, Number((await statOf(pid))[1] ?? 0)] as const)),
  );
  const isWithin = (pid: number): boolean => roots.includes(pid) || (pid > 0 && isWithin(parents.get(pid) ?? 0));
  return pids.filter(isWithin);
}

/** Resident sets would count a browser's program once for each of its processes. */
async function memoryOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss: +(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1_024;
}

/** Its own and that of its children which ended, in user and system mode. */
async function cpuOf(pid: number): Promise<number> {
  const times = (await statOf(pid)).slice(11, 15);
  return times.reduce((total, ticks) => total + Number(ticks), 0) / ticksPerSecond;
}

/** The fields of proc(5) from the third on, which follows the name in parentheses; none when it has ended. */
async function statOf(pid: number): Promise<string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The USER_HZ of every Linux architecture. */
const ticksPerSecond = 100;
