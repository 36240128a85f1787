import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createBrowserPool, findChromium } from '@numfleet/browser';
import { leftovers, serviceLogs, until } from '@numfleet/e2e';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import type { SignalSpec } from '../frame/watch-signal.ts';
import { freezePart, processesOf, signalPart } from '../inject/signals.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, atMost, crawl, endedPages, sumOverFleet } from './measure.ts';

const workers = ['crawler-1', 'crawler-2'] as const;
type Worker = (typeof workers)[number];

const deadlineMs = 6_000;
const graceMs = 5_000;
/** What G43 gives those that no owner looks after. */
const goneWithinMs = 10_000;
/** A heartbeat every 2 s, 5 s for its answer, 2 s for the end, and what a busy machine adds. */
const noticedWithinMs = 12_000;
const mostProcessesEach = 15;
/** Until then browsers crash uncounted: three at once, with pauses of 1, 2, 4 s behind them. */
const untilBrakedMs = 6_000;
const countedMs = 8_000;
const mostStartsEach = 3;

/** Browsers leaked, and time-outs of their protocol were swallowed. */
export const g43 = defineScenario<FleetField>({
  id: 'G43',
  title: 'Browsers whose owner is killed, that hang, and that crash one after the other',
  deadlineMs: 300_000,
  async open() {
    const timing = { NUMFLEET_JOB_DEADLINE_MS: String(deadlineMs), NUMFLEET_RETRY_BACKOFF_MS: '500' };
    const field = await openFleetField({ env: { NUMFLEET_CRAWLERS: String(workers.length), ...timing } });
    await everyBrowserRuns(field);
    return field;
  },
  faults: [ownerKilled(), browserStopped(), renderersStopped(), crashLoop()],
});

async function everyBrowserRuns({ fleet }: FleetField): Promise<void> {
  for (const worker of workers) {
    await until(`the browser of ${worker}`, 60_000, async () => {
      return (await processesOf(fleet, { browserOf: worker })).length > 0;
    });
  }
}

function ownerKilled(): Fault<FleetField> {
  const metric = 'numfleet_browsers_ended_total';
  return {
    title: 'kill -9 of a worker and of the guard of its browser, which is stopped',
    signal: {
      metric,
      labels: { reason: 'owner-gone' },
      least: 1,
      withinSeconds: noticedWithinMs / 1_000,
      elsewhere: { metric, labels: { reason: 'recycled' } },
    },
    async inject(field) {
      const browser = await browserOf(field, 'crawler-1');
      await orphan(field, browser);
      return { hold: () => browser.goneWithin(goneWithinMs), ...nothingToUndo };
    },
    defenceOff: {
      title: 'the supervisor and the other worker stand still',
      async run(field) {
        await everyBrowserRuns(field);
        const browser = await browserOf(field, 'crawler-1');
        await using _frozen = await standStill(field, 'crawler-2');
        await orphan(field, browser);
        return await browser.goneWithin(goneWithinMs);
      },
    },
  };
}

/** A worker, and the supervisor, which would replace one that no longer answers. */
async function standStill({ fleet }: FleetField, worker: Worker): Promise<AsyncDisposable> {
  const frozen = await freezePart(fleet, { service: worker });
  process.kill(fleet.pid, 'SIGSTOP');
  return {
    async [Symbol.asyncDispose]() {
      process.kill(fleet.pid, 'SIGCONT');
      await frozen[Symbol.asyncDispose]();
    },
  };
}

/** Stopped, or it would end by itself when its pipe closes. */
async function orphan({ fleet }: FleetField, { worker, group }: WatchedBrowser): Promise<void> {
  process.kill(-group, 'SIGSTOP');
  const { processes } = await leftovers(fleet.home);
  const guards = processes.filter(({ command }) => command.includes(`watching group ${group}`));
  if (guards.length === 0) throw new Error('nothing guards the browser');
  for (const { pid } of guards) process.kill(pid, 'SIGKILL');
  await signalPart(fleet, { service: worker }, 'SIGKILL');
}

function browserStopped(): Fault<FleetField> {
  return {
    title: 'a browser that is stopped',
    signal: hangsIn('heartbeat', 'launch', noticedWithinMs),
    async inject(field) {
      await everyBrowserRuns(field);
      const browser = await browserOf(field, 'crawler-1');
      await signalPart(field.fleet, { browserOf: browser.worker }, 'SIGSTOP');
      const hold = async () => [
        ...(await browser.goneWithin(noticedWithinMs)),
        ...(await hangIsTold(field, browser.worker, 'heartbeat')),
        ...(await pagesAreRendered(field)),
      ];
      return { hold, ...nothingToUndo };
    },
    defenceOff: {
      title: 'its worker stands still too',
      async run(field) {
        await everyBrowserRuns(field);
        const browser = await browserOf(field, 'crawler-1');
        await using _frozen = await standStill(field, browser.worker);
        await signalPart(field.fleet, { browserOf: browser.worker }, 'SIGSTOP');
        return await browser.goneWithin(noticedWithinMs);
      },
    },
  };
}

/** The browser's protocol answers, its pages' does not. */
function renderersStopped(): Fault<FleetField> {
  return {
    title: 'renderers that are stopped in mid-page',
    signal: hangsIn('render', 'launch', deadlineMs + graceMs),
    async inject(field) {
      const { worker, gone } = await stopRenderers(field);
      const hold = async () => [
        ...(await gone(deadlineMs + graceMs)),
        ...(await hangIsTold(field, worker, 'render')),
        ...(await pagesAreRendered(field)),
      ];
      return { hold, ...nothingToUndo };
    },
    defenceOff: {
      title: 'their worker stands still too',
      async run(field) {
        const { worker, gone } = await stopRenderers(field);
        await using _frozen = await standStill(field, worker);
        return await gone(deadlineMs + graceMs);
      },
    },
  };
}

async function stopRenderers({ fleet, sites }: FleetField) {
  const campaign = await crawl(fleet, [sites.urlOf('never-loads')], 'always');
  const asked = sites.asked('never-loads');
  const { worker, stopped } = await until('a page in a browser', 30_000, async () => {
    if (sites.asked('never-loads') <= asked) return false;
    for (const each of workers) {
      const renderers = (await processesOf(fleet, { renderersOf: each })).map(({ pid }) => pid);
      const stopped = new Set(renderers.filter((pid) => signalled(pid, 'SIGSTOP')));
      if (stopped.size > 0) return { worker: each, stopped };
    }
    return false;
  });
  await fleet.api.change(campaign, 'cancel').catch(() => {});
  const gone = async (withinMs: number): Promise<Assertion[]> => {
    const alive = async () => (await processesOf(fleet, { renderersOf: worker })).filter(({ pid }) => stopped.has(pid));
    const seconds = await secondsUntil(withinMs, async () => (await alive()).length === 0);
    return [assertion('the renderers are gone', seconds !== null, told(seconds))];
  };
  return { worker, gone };
}

function crashLoop(): Fault<FleetField> {
  return {
    title: 'browsers that crash as soon as they run',
    signal: {
      metric: 'numfleet_browser_pauses_total',
      labels: {},
      least: 1,
      withinSeconds: (untilBrakedMs + countedMs) / 1_000,
      elsewhere: { metric: 'numfleet_browsers_ended_total', labels: { reason: 'recycled' } },
    },
    async inject(field) {
      await everyBrowserRuns(field);
      const hold = async () => {
        const early = await crashingFor(field, untilBrakedMs);
        const late = await crashingFor(field, countedMs);
        return [
          assertion('browsers crashed', early >= workers.length, `${early} browsers before`),
          atMost('browsers started after', late, mostStartsEach * workers.length, 'browsers'),
          ...(await pagesAreRendered(field)),
        ];
      };
      return { hold, ...nothingToUndo };
    },
    defenceOff: { title: 'pools that forget each crash', run: withoutBrake },
  };
}

/** Kills every browser as soon as it is there, and has pages wait for the next; gives how many it killed. */
async function crashingFor({ fleet, sites }: FleetField, ms: number): Promise<number> {
  const killed = new Set<number>();
  const campaigns: string[] = [];
  const began = performance.now();
  await during(ms, async () => {
    // In a pause they fail at once, so that there must be new ones.
    if (performance.now() - began >= campaigns.length * 1_000) {
      const seeds = Array.from({ length: 16 }, () => sites.urlOf('plain', `/${crypto.randomUUID()}`));
      campaigns.push(await crawl(fleet, seeds, 'always'));
    }
    for (const worker of workers) {
      for (const { pid } of await processesOf(fleet, { browserOf: worker })) {
        if (signalled(pid, 'SIGKILL')) killed.add(pid);
      }
    }
  });
  for (const campaign of campaigns) await fleet.api.change(campaign, 'cancel').catch(() => {});
  return killed.size;
}

async function withoutBrake(): Promise<Assertion[]> {
  const runDir = await mkdtemp(join(tmpdir(), 'gameday-g43-'));
  const chromium = await findChromium({ runtimeDir });
  let started = 0;
  const crash = async () => {
    await using pool = createBrowserPool({ chromium, runDir, ...idle });
    await pool.warm();
    started += 1;
    for (const { pid } of (await pool.state()).browsers) signalled(pid, 'SIGKILL');
  };
  await Promise.all(workers.map(() => during(countedMs, crash)));
  await rm(runDir, { recursive: true, force: true, maxRetries: 5 });
  return [atMost('browsers started', started, mostStartsEach * workers.length, 'browsers')];
}

interface WatchedBrowser {
  worker: Worker;
  group: number;
  /** Whether its processes and its folder are gone in time, and how many processes the fleet's browsers have then. */
  goneWithin(ms: number): Promise<Assertion[]>;
}

async function browserOf(field: FleetField, worker: Worker): Promise<WatchedBrowser> {
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
async function hangIsTold({ fleet }: FleetField, worker: Worker, stage: string): Promise<Assertion[]> {
  const lines = (await serviceLogs(fleet.home)).get(worker) ?? [];
  const hang = lines.findLast((line) => line.event === 'browser.hung' && line.stage === stage);
  const timeout = Number(hang?.timeoutMs ?? 0);
  return [assertion('the hang is told with stage and time-out', timeout > 0, `${stage}, ${timeout} ms`)];
}

async function pagesAreRendered({ fleet, sites }: FleetField): Promise<Assertion[]> {
  const seeds = Array.from({ length: 6 }, () => sites.urlOf('plain', `/${crypto.randomUUID()}`));
  const pages = await endedPages(fleet, await crawl(fleet, seeds, 'always'), 60_000);
  const rendered = pages.filter((page) => page.rendered === true).length;
  return [assertion('the next pages are rendered', rendered === seeds.length, `${rendered} of ${seeds.length}`)];
}

function hangsIn(stage: string, otherStage: string, withinMs: number): SignalSpec {
  const metric = 'numfleet_browser_hangs_total';
  return {
    metric,
    labels: { stage },
    least: 1,
    withinSeconds: withinMs / 1_000,
    elsewhere: { metric, labels: { stage: otherStage } },
  };
}

/** False where it has ended since it was looked up. */
function signalled(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function secondsUntil(withinMs: number, isSo: () => Promise<boolean>): Promise<number | null> {
  const began = performance.now();
  while (performance.now() - began < withinMs) {
    if (await isSo()) return (performance.now() - began) / 1_000;
    await sleep(100);
  }
  return null;
}

const told = (seconds: number | null) => (seconds === null ? 'not in time' : `after ${seconds.toFixed(1)} s`);

async function during(ms: number, work: () => Promise<void>): Promise<void> {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt) {
    await work();
    await sleep(50);
  }
}

const nothingToUndo = { async [Symbol.asyncDispose]() {} };

const runtimeDir = fileURLToPath(new URL('../../../.runtime', import.meta.url));

/** A browser that is only started goes nowhere. */
const idle = {
  proxy: {
    server: 'http://127.0.0.1:9',
    issuePass(): never {
      throw new Error('this browser is to load no page');
    },
  },
  userAgent: 'Numfleet',
  locale: 'en-GB',
  maxPages: 1,
  emit: () => {},
};
