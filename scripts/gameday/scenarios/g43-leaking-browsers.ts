import { leftovers, until } from '@numfleet/e2e';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import type { SignalSpec } from '../frame/watch-signal.ts';
import { freezePart, processesOf, signalPart } from '../inject/signals.ts';
import { crashLoop } from './crash-browsers.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, crawl } from './measure.ts';
import {
  browserOf,
  everyBrowserRuns,
  hangIsTold,
  nothingToUndo,
  pagesAreRendered,
  secondsUntil,
  signalled,
  told,
  type WatchedBrowser,
  type Worker,
  workers,
} from './watch-browsers.ts';

const deadlineMs = 6_000;
const graceMs = 5_000;
/** What G43 gives those that no owner looks after. */
const goneWithinMs = 10_000;
/** A heartbeat every 2 s, 5 s for its answer, 2 s for the end, and what a busy machine adds. */
const noticedWithinMs = 12_000;

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
  const campaign = await crawl(fleet, [sites.urlOf('never-loads')], { render: 'always' });
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
