import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogLine, serviceLogs, until } from '@numfleet/e2e';
import { findFleet } from '@numfleet/embedded/find-fleet';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { createPreload, type Preload } from '../inject/preload.ts';
import { processesOf, signalPart } from '../inject/signals.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, atMost, crawl, endedPages } from './measure.ts';

interface PreloadedField extends FleetField {
  preload: Preload;
}

interface Expected {
  exitCode: number;
  /** What the process itself logs as the reason of its end. */
  reason: RegExp;
}

const worker = 'crawler-1';
const noticedWithinSeconds = 15;
/** The supervisor's pauses grow with each restart, and a fleet that is crawling takes its time to start a process. */
const restartedWithinMs = 30_000;
const pageCount = 60;

/** Workers left in silence, and nobody missed them. */
export const g23 = defineScenario<PreloadedField>({
  id: 'G23',
  title: 'Workers that leave: asked to, by a defect, or without a word',
  deadlineMs: 180_000,
  async open() {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'gameday-g23-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const preload = createPreload(folder);
    const field = stack.use(await openFleetField({ env: { ...preload.env, NUMFLEET_CRAWLERS: '2' } }));
    const held = stack.move();
    return { ...field, preload, [Symbol.asyncDispose]: () => held.disposeAsync() };
  },
  faults: [
    leaving('its loop ends without an error', 'failed', { exitCode: 1, reason: /loop-ended/ }, ({ fleet, preload }) =>
      preload.order(fleet, worker, 'end-loop'),
    ),
    leaving('SIGTERM in mid-job', 'ended', { exitCode: 0, reason: /SIGTERM/ }, async ({ fleet }) => {
      await signalPart(fleet, { service: worker }, 'SIGTERM');
    }),
    leaving('an unhandled rejection', 'failed', { exitCode: 1, reason: /internal-error/ }, ({ fleet, preload }) =>
      preload.order(fleet, worker, 'unhandled-rejection'),
    ),
  ],
});

type Leave = (field: PreloadedField) => Promise<void>;

function leaving(title: string, reason: string, expected: Expected, leave: Leave): Fault<PreloadedField> {
  const metric = 'numfleet_process_restarts_total';
  return {
    title: `a worker in mid-crawl: ${title}`,
    signal: {
      metric,
      labels: { process: 'crawler', reason },
      least: 1,
      withinSeconds: noticedWithinSeconds,
      elsewhere: { metric, labels: { process: 'sink', reason } },
    },
    async inject(field) {
      const { hold } = await leaveInMidCrawl(field, expected, leave);
      return { hold: () => hold(restartedWithinMs), async [Symbol.asyncDispose]() {} };
    },
    defenceOff: {
      title: 'the supervisor stands still',
      async run(field) {
        const { hold, leaver } = await leaveInMidCrawl(field, expected, async () => {
          process.kill(field.fleet.pid, 'SIGSTOP');
          await leave(field);
        });
        const assertions = await hold(5_000).finally(() => process.kill(field.fleet.pid, 'SIGCONT'));
        // The next fault finds a fleet that is whole.
        await successorOf(field, leaver, 30_000);
        return assertions;
      },
    },
  };
}

async function leaveInMidCrawl(field: PreloadedField, expected: Expected, leave: Leave) {
  const { fleet, sites } = field;
  await until('the fleet to be whole', 30_000, () => isWhole(field));
  const before = (await endsOf(fleet.home)).length;
  const leaver = (await processesOf(fleet, { service: worker }))[0]?.pid ?? 0;
  const seeds = Array.from({ length: pageCount }, () => sites.urlOf('slow', `/${crypto.randomUUID()}`));
  const campaign = await crawl(fleet, seeds);
  const asked = sites.asked('slow');
  await until('a crawl under way', 15_000, async () => sites.asked('slow') >= asked + 12, 20);
  await leave(field);
  const began = performance.now();
  const hold = async (withinMs: number): Promise<Assertion[]> => {
    const back = await successorOf(field, leaver, withinMs).catch(() => false);
    const seconds = (performance.now() - began) / 1_000;
    const restarted = assertion('it is started again', back, back ? `${seconds.toFixed(1)} s` : 'never');
    if (!back) return [restarted];
    const pages = await endedPages(fleet, campaign, 60_000);
    const done = pages.filter(({ state }) => state === 'done').length;
    const lost = pages.reduce((sum, page) => sum + page.workerLosses, 0);
    return [
      restarted,
      ...accounted((await endsOf(fleet.home)).slice(before), expected),
      assertion('every page is crawled', done === pageCount, `${done} of ${pages.length}`),
      atMost('pages that were lost with it', lost, 0, 'pages'),
    ];
  };
  return { hold, leaver };
}

async function successorOf(field: PreloadedField, leaver: number, withinMs: number): Promise<true> {
  return await until('a successor of the worker', withinMs, async () => {
    const alive = await processesOf(field.fleet, { service: worker });
    return alive.length > 0 && alive.every(({ pid }) => pid !== leaver) && (await isWhole(field));
  });
}

/** The supervisor is ready when all of its processes are. */
async function isWhole({ fleet }: PreloadedField): Promise<boolean> {
  const port = (await findFleet(fleet.home))?.adminPort;
  const answer = fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1_000) });
  return await answer.then(
    ({ ok }) => ok,
    () => false,
  );
}

interface End {
  account: LogLine | undefined;
  stopped: LogLine;
}

/** The ends of the worker so far, by its own log. */
async function endsOf(home: string): Promise<End[]> {
  const lines = (await serviceLogs(home)).get(worker) ?? [];
  return lines.flatMap((line, index) => {
    if (line.event !== 'service.stopped') return [];
    return [{ stopped: line, account: lines.slice(0, index).findLast(({ event }) => event === 'jobs.accounted') }];
  });
}

function accounted(ends: readonly End[], expected: Expected): Assertion[] {
  const [end] = ends;
  const { taken, endings, difference } = end?.account ?? {};
  return [
    assertion('it says that it ends', ends.length === 1, `${ends.length} ends logged`),
    assertion('with its exit code', end?.stopped.exitCode === expected.exitCode, `${end?.stopped.exitCode}`),
    assertion('and its reason', expected.reason.test(String(end?.stopped.reason)), String(end?.stopped.reason)),
    assertion(
      'jobs taken = done + failed + given back',
      difference === 0 && Number(taken) > 0,
      `taken ${taken}, ${JSON.stringify(endings)}, difference ${difference}`,
    ),
  ];
}
