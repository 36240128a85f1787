import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateCampaignRequest } from '@numfleet/contracts';
import { type CrawledPage, crawledPages, type FleetProcess, until } from '@numfleet/e2e';
import { readSeries, type SeriesSpec } from '../frame/read-series.ts';
import type { Assertion, Field } from '../frame/scenario.ts';
import { type Part, processesOf } from '../inject/signals.ts';

const mebibyte = 2 ** 20;

export function assertion(name: string, holds: boolean, measured: string): Assertion {
  return { name, holds, measured };
}

export function atMost(name: string, value: number, most: number, unit: string): Assertion {
  const shown = Number.isInteger(value) ? String(value) : value.toFixed(1);
  return assertion(name, value <= most, `${shown} ${unit} (at most ${most})`);
}

/** Resident memory of a process, MiB; 0 when it is gone. */
async function residentMebibytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024;
}

/** How far the resident memory of processes grows above what it is now, MiB; looked at 20 times a second. */
export async function watchMemory(pids: readonly number[]) {
  const total = async () => (await Promise.all(pids.map(residentMebibytes))).reduce((sum, one) => sum + one, 0);
  const before = await total();
  let most = before;
  const ended = new AbortController();
  const watching = (async () => {
    while (!ended.signal.aborted) {
      most = Math.max(most, await total());
      await sleep(50, undefined, { signal: ended.signal }).catch(() => {});
    }
  })();
  return {
    growth: () => most - before,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await watching;
    },
  };
}

export async function pidOf(fleet: Pick<FleetProcess, 'home'>, part: Part): Promise<number> {
  const [first] = await processesOf(fleet, part);
  if (first === undefined) throw new Error(`nothing is running of ${Object.values(part)[0]}`);
  return first.pid;
}

/** Threads that Node was asked for in a process; V8's and libuv's own have other names. */
export async function workerThreadsOf(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const names = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/comm`, 'utf8').catch(() => '')),
  );
  return names.filter((name) => name.trim() === 'WorkerThread').length;
}

/** A series summed over the whole fleet. */
export async function sumOverFleet(field: Pick<Field, 'scrape'>, series: SeriesSpec): Promise<number> {
  return [...(await field.scrape()).values()].reduce((sum, text) => sum + (readSeries(text, series) ?? 0), 0);
}

/** The most that a gauge says until something has happened; looked at once a second. */
export async function mostMeanwhile(
  field: Pick<Field, 'scrape'>,
  series: SeriesSpec,
  until: Promise<unknown>,
): Promise<number> {
  let most = 0;
  const watching = new AbortController();
  const ended = until.finally(() => watching.abort());
  while (!watching.signal.aborted) {
    most = Math.max(most, await sumOverFleet(field, series));
    await sleep(1_000, undefined, { signal: watching.signal }).catch(() => {});
  }
  await ended;
  return most;
}

/** The pages of a campaign when none of them is queued or leased any more. */
export async function endedPages(fleet: FleetProcess, campaign: string, withinMs: number): Promise<CrawledPage[]> {
  return await until(`the pages of campaign ${campaign} to end`, withinMs, async () => {
    const pages = await crawledPages(fleet.home, campaign);
    return pages.every(({ state }) => state !== 'queued' && state !== 'leased') && pages;
  });
}

/** A campaign of these pages and no others. */
export async function crawl(
  fleet: FleetProcess,
  seeds: readonly string[],
  settings: Pick<CreateCampaignRequest, 'render' | 'region'> = {},
): Promise<string> {
  return await fleet.api.createCampaign({
    name: 'game day',
    purpose: 'game day',
    seeds: [...seeds],
    depth: 0,
    delayMs: 0,
    hostConcurrency: 8,
    retentionDays: 1,
    render: 'never',
    ...settings,
  });
}

export const bytesOf = (mebibytes: number) => mebibytes * mebibyte;
