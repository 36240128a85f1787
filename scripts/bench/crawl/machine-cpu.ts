import { cpus } from 'node:os';

/** Of all processors together, ms since the machine started. */
export interface CpuTimes {
  idle: number;
  all: number;
}

export function cpuTimes(): CpuTimes {
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, one) => sum + one.idle, 0);
  return { idle, all: times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, idle) };
}

/** The share of the time between that some program ran. */
export function cpuShare(from: CpuTimes, to: CpuTimes): number {
  return 1 - (to.idle - from.idle) / (to.all - from.all);
}
