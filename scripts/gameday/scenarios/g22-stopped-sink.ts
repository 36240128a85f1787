import { setTimeout as sleep } from 'node:timers/promises';
import { createStore } from '@numfleet/store';
import { defineScenario } from '../frame/define-scenario.ts';
import { readSeries } from '../frame/read-series.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { type Part, processesOf } from '../inject/signals.ts';
import { clusterUrl } from './cluster-url.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, atMost, crawl, sumOverFleet, watchMemory } from './measure.ts';

const window = 64;
/** The default of NUMFLEET_CRAWL_CONCURRENCY, with one crawler. */
const atATime = 8;
const pages = 3_000;
const hosts = 20;
const stoppedMs = 60_000;

/** Senders blocked for ever on a channel that nobody took from. */
export const g22 = defineScenario<FleetField>({
  id: 'G22',
  title: 'The sink cannot commit for a minute, under full load',
  deadlineMs: 400_000,
  open: () =>
    openFleetField({
      env: { NUMFLEET_CRAWLERS: '1', NUMFLEET_WINDOW: String(window) },
      undefended: { NUMFLEET_WINDOW: '100000' },
    }),
  faults: [stoppingTheSink()],
});

function stoppingTheSink(): Fault<FleetField> {
  const metric = 'numfleet_backpressure_seconds_total';
  return {
    title: 'its table of numbers is locked for 60 s',
    signal: {
      metric,
      labels: { queue: 'results' },
      least: 5,
      withinSeconds: 30,
      elsewhere: { metric, labels: { queue: 'reports' } },
    },
    async inject(field, stop) {
      const campaign = await load(field);
      await sleep(3_000, undefined, { signal: stop });
      const before = await doneAt(field, campaign);
      await sleep(5_000, undefined, { signal: stop });
      const rate = ((await doneAt(field, campaign)) - before) / 5;
      const lock = await lockNumbers(field.fleet.home);
      return {
        async hold() {
          const watched = await watchStopped(field, stoppedMs, stop);
          await lock[Symbol.asyncDispose]();
          const unlocked = await doneAt(field, campaign);
          await sleep(10_000, undefined, { signal: stop });
          const after = ((await doneAt(field, campaign)) - unlocked) / 10;
          return [
            ...watched,
            ...(await unharmed(field)),
            assertion(
              'throughput within 10 s after it',
              after >= 0.7 * rate,
              `${after.toFixed(1)} pages/s (${rate.toFixed(1)} before)`,
            ),
          ];
        },
        async [Symbol.asyncDispose]() {
          await lock[Symbol.asyncDispose]();
          await field.fleet.api.change(campaign, 'cancel').catch(() => {});
        },
      };
    },
    defenceOff: { title: 'a window of 100,000', run: withoutWindow },
  };
}

/** More than it can crawl in the time, over hosts that may be asked for as much as it can. */
async function load({ fleet, sites }: FleetField): Promise<string> {
  const run = crypto.randomUUID();
  const [plain] = sites.urlOf('plain').match(/^http:\/\/plain(?=\.)/) ?? [];
  const urls = Array.from({ length: pages }, (_, n) => `${plain}-${n % hosts}.test/${run}/${n}`);
  return await crawl(fleet, urls);
}

const doneAt = async ({ fleet }: FleetField, campaign: string) => (await fleet.api.status(campaign)).pages.done;

/** Writes to the table wait; reads do not, so that it is the sink alone that stands. */
async function lockNumbers(home: string): Promise<AsyncDisposable> {
  const store = createStore({
    connectionString: await clusterUrl(home, 'numfleet'),
    applicationName: 'gameday',
    max: 1,
  });
  const over = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = store.transaction(async (tx) => {
    // A lock that is held by who does nothing is otherwise taken away after 10 s (G14).
    await tx.query('set local idle_in_transaction_session_timeout = 0');
    await tx.query('lock table numbers in exclusive mode');
    locked.resolve();
    await over.promise;
  });
  holding.catch(locked.reject);
  await locked.promise;
  return {
    async [Symbol.asyncDispose]() {
      over.resolve();
      await holding;
      await store.close();
    },
  };
}

/** The bounds that hold while nothing is committed, looked at twice a second; what fills up has done so in a quarter of it. */
async function watchStopped(field: FleetField, ms: number, stop: AbortSignal): Promise<Assertion[]> {
  const filling = await deepestWithin(field, ms / 4, stop);
  const parts: Part[] = [{ service: 'scheduler' }, { service: 'crawler-1' }];
  const pids = (await Promise.all(parts.map((part) => processesOf(field.fleet, part)))).flat().map(({ pid }) => pid);
  await using memory = await watchMemory(pids);
  const before = await dispatched(field);
  const full = await deepestWithin(field, (ms * 3) / 4, stop);
  return [
    // A job whose result was just handed on is seen in both queues.
    atMost('messages in the queues', Math.max(filling, full), window + atATime, 'messages'),
    atMost('dispatched while it stood', (await dispatched(field)) - before, 0, 'jobs'),
    atMost('growth of scheduler and crawler', memory.growth(), 64, 'MiB'),
  ];
}

async function deepestWithin(field: FleetField, ms: number, stop: AbortSignal): Promise<number> {
  let deepest = 0;
  for (const end = performance.now() + ms; performance.now() < end; ) {
    deepest = Math.max(deepest, await depthOf(field));
    await sleep(500, undefined, { signal: stop });
  }
  return deepest;
}

async function depthOf(field: FleetField): Promise<number> {
  const text = (await field.scrape()).get('scheduler') ?? '';
  const waiting = (queue: string, state: string) =>
    readSeries(text, { metric: 'numfleet_queue_jobs', labels: { queue, state } }) ?? 0;
  return ['crawl', 'results'].reduce((sum, queue) => sum + waiting(queue, 'waiting') + waiting(queue, 'active'), 0);
}

const dispatched = (field: FleetField) => sumOverFleet(field, { metric: 'numfleet_dispatched_total', labels: {} });

async function unharmed(field: FleetField): Promise<Assertion[]> {
  const lost = await sumOverFleet(field, { metric: 'numfleet_leases_expired_total', labels: { verdict: 'attempt' } });
  const set = await sumOverFleet(field, { metric: 'numfleet_dead_letters_total', labels: {} });
  return [atMost('leases that cost an attempt', lost, 0, 'leases'), atMost('results set aside', set, 0, 'results')];
}

/** The same lock for as long as it takes to see the queues fill. */
async function withoutWindow(field: FleetField, stop: AbortSignal): Promise<Assertion[]> {
  const undefended = await field.undefended();
  const campaign = await load(undefended);
  await sleep(3_000, undefined, { signal: stop });
  await using _lock = await lockNumbers(undefended.fleet.home);
  const watched = await watchStopped(undefended, 10_000, stop);
  await undefended.fleet.api.change(campaign, 'cancel');
  return watched;
}
