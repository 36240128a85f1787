import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createBrowserPool, findChromium } from '@numfleet/browser';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { processesOf } from '../inject/signals.ts';
import type { FleetField } from './fleet-field.ts';
import { assertion, atMost, crawl } from './measure.ts';
import { everyBrowserRuns, nothingToUndo, pagesAreRendered, signalled, workers } from './watch-browsers.ts';

/** Until then browsers crash uncounted: three at once, with pauses of 1, 2, 4 s behind them. */
const untilBrakedMs = 6_000;
const countedMs = 8_000;
const mostStartsEach = 3;

/** Browsers of all workers die, one after the other, until their pools pause. */
export function crashLoop(): Fault<FleetField> {
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
      campaigns.push(await crawl(fleet, seeds, { render: 'always' }));
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

async function during(ms: number, work: () => Promise<void>): Promise<void> {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt) {
    await work();
    await sleep(50);
  }
}

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
