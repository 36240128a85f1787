import { setTimeout as sleep } from 'node:timers/promises';
import { leftovers, serviceLogs, until } from '@numfleet/e2e';
import type { Assertion } from '../frame/scenario.ts';
import { processesOf } from '../inject/signals.ts';
import type { FleetField } from './fleet-field.ts';
import { assertion, atMost, crawl, endedPages, sumOverFleet } from './measure.ts';

export const workers = ['crawler-1', 'crawler-2'] as const;
export type Worker = (typeof workers)[number];

const mostProcessesEach = 15;

export async function everyBrowserRuns({ fleet }: FleetField): Promise<void> {
  for (const worker of workers) {
    await until(`the browser of ${worker}`, 60_000, async () => {
      return (await processesOf(fleet, { browserOf: worker })).length > 0;
    });
  }
}

export interface WatchedBrowser {
  worker: Worker;
  group: number;
  /** Whether its processes and its folder are gone in time, and how many processes the fleet's browsers have then. */
  goneWithin(ms: number): Promise<Assertion[]>;
}

export async function browserOf(field: FleetField, worker: Worker): Promise<WatchedBrowser> {
  const { fleet } = field;
  const [browser] = await processesOf(fleet, { browserOf: worker });
  if (browser === undefined) throw new Error(`${worker} has no browser`);
  const { group } = browser;
  const folders = (await leftovers(fleet.home)).profiles.filter((folder) => browser.command.includes(folder));
  const left = async () => {
    const { processes, profiles } = await leftovers(fleet.home);
    const own = processes.filter((one) => one.group === group);
    return { processes: own.length, folders: profiles.filter((folder) => folders.includes(folder)).length };
  };
  return {
    worker,
    group,
    async goneWithin(ms) {
      const seconds = await secondsUntil(ms, async () => {
        const { processes, folders } = await left();
        return processes + folders === 0;
      });
      const { processes, folders: remaining } = await left();
      const running = await sumOverFleet(field, { metric: 'numfleet_browser_processes', labels: {} });
      return [
        assertion('the browser is gone', seconds !== null, told(seconds)),
        atMost('its processes', processes, 0, 'processes'),
        atMost('its folders', remaining, 0, 'folders'),
        atMost('processes of browsers, as the fleet says', running, mostProcessesEach * workers.length, 'processes'),
      ];
    },
  };
}

/** In the log of the worker: where it hung, and for how long that was borne. */
export async function hangIsTold({ fleet }: FleetField, worker: Worker, stage: string): Promise<Assertion[]> {
  const lines = (await serviceLogs(fleet.home)).get(worker) ?? [];
  const hang = lines.findLast((line) => line.event === 'browser.hung' && line.stage === stage);
  const timeout = Number(hang?.timeoutMs ?? 0);
  return [assertion('the hang is told with stage and time-out', timeout > 0, `${stage}, ${timeout} ms`)];
}

export async function pagesAreRendered({ fleet, sites }: FleetField): Promise<Assertion[]> {
  const seeds = Array.from({ length: 6 }, () => sites.urlOf('plain', `/${crypto.randomUUID()}`));
  const pages = await endedPages(fleet, await crawl(fleet, seeds, { render: 'always' }), 60_000);
  const rendered = pages.filter((page) => page.rendered === true).length;
  return [assertion('the next pages are rendered', rendered === seeds.length, `${rendered} of ${seeds.length}`)];
}

/** False where it has ended since it was looked up. */
export function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

export async function secondsUntil(withinMs: number, isSo: () => Promise<boolean>): Promise<number | null> {
  const began = performance.now();
  while (performance.now() - began < withinMs) {
    if (await isSo()) return (performance.now() - began) / 1_000;
    await sleep(100);
  }
  return null;
}

export const told = (seconds: number | null) => (seconds === null ? 'not in time' : `after ${seconds.toFixed(1)} s`);

export const nothingToUndo = { async [Symbol.asyncDispose]() {} };
