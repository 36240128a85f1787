import { once } from 'node:events';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, until } from '@numfleet/e2e';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import type { SignalSpec } from '../frame/watch-signal.ts';
import type { BadSite } from '../inject/bad-sites.ts';
import { processesOf } from '../inject/signals.ts';
import { startTcpProxy } from '../inject/tcp-proxy.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, atMost, crawl, endedPages, pidOf, sumOverFleet, workerThreadsOf } from './measure.ts';

const deadlineMs = 4_000;
/** After its deadline a job may take so long to give back what it holds, ms. */
const graceMs = 5_000;
/** With a thousand numbers each, and addresses of 1,500 characters: an export of some 18 MB, which no buffer takes whole. */
const directoryPages = 12;
const longPath = 'x'.repeat(1_500);

interface ExportField extends FleetField {
  /** A campaign whose export no buffer takes whole. */
  directory: string;
}

/** Tasks without time-outs went on for ever, and held what they had. */
export const g21 = defineScenario<ExportField>({
  id: 'G21',
  title: 'Work that never ends, and a caller that goes away',
  deadlineMs: 240_000,
  async open() {
    // What fails is not tried again while it is looked at.
    const env = { NUMFLEET_CRAWLERS: '1', NUMFLEET_RETRY_BACKOFF_MS: String(3 * (deadlineMs + graceMs)) };
    const field = await openFleetField({
      env: { ...env, NUMFLEET_JOB_DEADLINE_MS: String(deadlineMs) },
      undefended: { ...env, NUMFLEET_JOB_DEADLINE_MS: '600000' },
    });
    await rendersOnce(field);
    return { ...field, directory: await crawlDirectory(field) };
  },
  faults: [
    onPage('never-loads', 'a page that never finishes loading', 'always', {
      metric: 'numfleet_page_cuts_total',
      labels: { cut: 'time' },
      elsewhere: { metric: 'numfleet_page_cuts_total', labels: { cut: 'body' } },
    }),
    onPage('spin', 'a renderer in while(true)', 'always', timeoutIn('render', 'fetch')),
    onPage('drip', 'a download that drips a byte a second', 'never', timeoutIn('fetch', 'render')),
    callerGone(),
  ],
});

/** The browser is up, and what it keeps for the next page is there. */
async function rendersOnce({ fleet, sites }: FleetField): Promise<void> {
  await endedPages(fleet, await crawl(fleet, [sites.urlOf('plain')], { render: 'always' }), 30_000);
}

type Series = Pick<SignalSpec, 'metric' | 'labels' | 'elsewhere'>;

function timeoutIn(stage: string, otherStage: string): Series {
  const metric = 'numfleet_page_timeouts_total';
  return { metric, labels: { stage }, elsewhere: { metric, labels: { stage: otherStage } } };
}

function onPage(site: BadSite, title: string, render: 'always' | 'never', series: Series): Fault<FleetField> {
  return {
    title,
    signal: { ...series, least: 1, withinSeconds: (deadlineMs + graceMs) / 1_000 },
    async inject(field) {
      const { hold, cancel } = await beginJob(field, site, render);
      return { hold, [Symbol.asyncDispose]: cancel };
    },
    defenceOff: {
      title: 'a deadline of ten minutes',
      async run(field) {
        const other = await field.undefended();
        await rendersOnce(other);
        const { hold } = await beginJob(other, site, render);
        return await hold();
      },
    },
  };
}

/** Has the page asked for, and gives what looks whether everything that its job held is given back. */
async function beginJob(field: FleetField, site: BadSite, render: 'always' | 'never') {
  const { fleet, sites } = field;
  const before = await heldBy(field, site);
  const asked = sites.asked(site);
  const campaign = await crawl(fleet, [sites.urlOf(site)], { render });
  await until(`${site} to be asked`, 15_000, async () => sites.asked(site) > asked, 20);
  const began = performance.now();
  const hold = async (): Promise<Assertion[]> => {
    // A page that is not there yet holds nothing yet.
    await sleep(1_000);
    let now = await heldBy(field, site);
    const isGivenBack = () => Object.entries(now).every(([what, count]) => count <= (before[what] ?? 0));
    while (!isGivenBack() && performance.now() - began < deadlineMs + graceMs) {
      await sleep(100);
      now = await heldBy(field, site);
    }
    const seconds = (performance.now() - began) / 1_000;
    return [
      assertion('everything is given back', isGivenBack(), describe(before, now)),
      atMost('from the request to then', seconds, (deadlineMs + graceMs) / 1_000, 's'),
      atMost('held after the job, as the fleet says', await heldAfterJobs(field), 0, 'resources'),
      ...(isGivenBack() ? await othersGoOn(field) : []),
    ];
  };
  // One that is finished already cannot be, and need not.
  // One that is finished already cannot be, and need not.
  const cancel = async () => void (await fleet.api.change(campaign, 'cancel').catch(() => {}));
  return { hold, cancel };
}

/** Looked at from outside of the fleet: at the site, among processes, among threads, and how many jobs are in work. */
async function heldBy({ fleet, sites, scrape }: FleetField, site: BadSite): Promise<Record<string, number>> {
  const crawler = await pidOf(fleet, { service: 'crawler-1' });
  const [renderers, threads, taken, ended] = await Promise.all([
    processesOf(fleet, { renderersOf: 'crawler-1' }),
    workerThreadsOf(crawler),
    sumOverFleet({ scrape }, { metric: 'numfleet_jobs_taken_total', labels: { queue: 'crawl' } }),
    sumOverFleet({ scrape }, { metric: 'numfleet_jobs_ended_total', labels: { queue: 'crawl' } }),
  ]);
  return { connections: sites.open(site), renderers: renderers.length, threads, jobs: taken - ended };
}

function describe(before: Record<string, number>, now: Record<string, number>): string {
  return Object.entries(now)
    .map(([what, count]) => `${what} ${count} (${before[what]} before)`)
    .join(', ');
}

const heldAfterJobs = (field: FleetField) =>
  sumOverFleet(field, { metric: 'numfleet_resources_held_after_job', labels: {} });

async function othersGoOn({ fleet, sites }: FleetField): Promise<Assertion[]> {
  const [page] = await endedPages(fleet, await crawl(fleet, [sites.urlOf('plain')], { render: 'always' }), 15_000);
  return [assertion('the next page is rendered', page?.rendered === true, `state ${page?.state}`)];
}

function callerGone(): Fault<ExportField> {
  const metric = 'numfleet_requests_abandoned_total';
  return {
    title: 'a caller that goes away within an export',
    signal: {
      metric,
      labels: {},
      least: 1,
      withinSeconds: graceMs / 1_000,
      elsewhere: { metric: 'numfleet_request_failures_total', labels: {} },
    },
    async inject(field) {
      const caller = await beginExport(field);
      caller.leave();
      return { hold: () => afterExport(field, caller), [Symbol.asyncDispose]: () => caller[Symbol.asyncDispose]() };
    },
    defenceOff: {
      title: 'a caller that stays and takes nothing',
      async run(field) {
        await using caller = await beginExport(field);
        return await afterExport(field, caller);
      },
    },
  };
}

type Caller = Awaited<ReturnType<typeof beginExport>>;

async function crawlDirectory({ fleet, sites }: FleetField): Promise<string> {
  const seeds = Array.from({ length: directoryPages }, (_, page) => sites.urlOf('directory', `/${page}-${longPath}`));
  const campaign = await crawl(fleet, seeds);
  // Some of them may wait for their next try on a machine that is busy.
  const isDone = async () => ((await fleet.api.status(campaign)).pages.done ?? 0) >= directoryPages - 2;
  await until('most of a directory', 90_000, isDone);
  await fleet.api.change(campaign, 'cancel').catch(() => {});
  return campaign;
}

/** An export of which the caller has taken the beginning and no more; the rest fills every buffer on the way. */
async function beginExport({ fleet, directory }: ExportField) {
  await using stack = new AsyncDisposableStack();
  const wire = stack.use(await startTcpProxy({ port: Number(new URL(fleet.api.url).port) }));
  const asked = get(`http://127.0.0.1:${wire.port}/api/v1/campaigns/${directory}/numbers`, {
    headers: { authorization: `Bearer ${fleet.api.token}`, host: new URL(fleet.api.url).host },
    agent: false,
  });
  asked.on('error', () => {});
  const [response] = await once(asked, 'response');
  response.on('error', () => {});
  const [connection] = wire.connections();
  connection?.set({ kind: 'stall', ways: ['down'] });
  response.resume();
  await sleep(500);
  const held = stack.move();
  return {
    wire,
    isWhole: () => response.complete as boolean,
    leave: () => connection?.cut('reset'),
    async [Symbol.asyncDispose]() {
      asked.destroy();
      await held.disposeAsync();
    },
  };
}

async function afterExport({ fleet }: FleetField, { wire, isWhole }: Caller): Promise<Assertion[]> {
  await using truth = await connect(fleet.home, 'numfleet');
  const busy = async () => {
    const rows = await truth.query<{ count: string }>(
      `select count(*) from pg_stat_activity
       where application_name = 'console' and backend_type = 'client backend' and state <> 'idle'`,
    );
    return Number(rows[0]?.count);
  };
  const began = performance.now();
  const look = async () => ({ connections: wire.connections().length, busy: await busy() });
  let now = await look();
  while (now.connections + now.busy > 0 && performance.now() - began < graceMs) {
    await sleep(100);
    now = await look();
  }
  return [
    assertion('the export was under way', !isWhole(), isWhole() ? 'it was whole' : 'it was not whole'),
    atMost('connections of the caller', now.connections, 0, 'connections'),
    atMost('connections to Postgres in use', now.busy, 0, 'connections'),
    atMost('from the going to then', (performance.now() - began) / 1_000, graceMs / 1_000, 's'),
  ];
}
