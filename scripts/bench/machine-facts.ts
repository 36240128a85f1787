import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What a figure must not be told without. */
export async function machineFacts(): Promise<Record<string, string>> {
  return {
    processor: `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${process.platform} ${process.arch}${await distribution()}`,
    node: process.version,
    at: new Date().toISOString(),
  };
}

/** Runnable processes over the last minute. */
export function loadOfMachine(): number {
  return loadavg()[0] ?? 0;
}

async function distribution(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1];
  return name === undefined ? '' : `, ${name}`;
}
