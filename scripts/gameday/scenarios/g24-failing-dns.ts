import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crawledPages, serviceLogs } from '@numfleet/e2e';
import { createDnsLookup } from '@numfleet/egress';
import { type DnsServer, startDnsServer } from '@numfleet/egress/testing';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { createPreload } from '../inject/preload.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, atMost, crawl, endedPages, mostMeanwhile } from './measure.ts';

interface NamesField extends FleetField {
  dns: DnsServer;
  /** Requests for pages that the sites have had so far. */
  asked(): number;
  /** The 99th percentile of fetching a page while nothing is injected, ms. */
  normalMs: number;
}

const knownHosts = 40;
const pagesEach = 5;
const newHosts = 500;
/** How long a site takes for a page. */
const siteMs = 500;
/** First answers after 5 s, then none. */
const slowMs = 10_000;
const faultMs = 60_000;
/** A look-up asks three times for each family, 1.5 s apart. */
const questionsEach = 3;
const familiesEach = 2;
/** As if each name were looked up once, retries of pages or not. */
const questionsPlanned = 1.1 * (newHosts + knownHosts) * questionsEach * familiesEach;
/** Global unicast by its form, so that the guard lets it pass, and given to nobody: without the preload it leads nowhere. */
const publicAddress = '3000::1';

/** Look-ups that expired all at once emptied the connection pool, and then everything waited for everything. */
export const g24 = defineScenario<NamesField>({
  id: 'G24',
  title: 'Name servers that answer after 5 s, then not at all',
  deadlineMs: 240_000,
  open: openWithNames,
  faults: [failingNames()],
});

async function openWithNames(): Promise<NamesField> {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'gameday-g24-'));
  stack.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const dns = stack.use(await startDnsServer(answer));
  const site = stack.use(await startSite());
  const { env } = createPreload(home, { from: publicAddress, to: site.port });
  const names = { NUMFLEET_DNS_SERVERS: dns.address, NUMFLEET_CONTACT: 'game day, on loopback' };
  const load = { NUMFLEET_CRAWLERS: '1', NUMFLEET_CRAWL_CONCURRENCY: '64', NUMFLEET_LOG_LEVEL: 'debug' };
  const field = stack.use(await openFleetField({ home, env: { ...env, ...names, ...load } }));
  // Every host has its address and its robots.txt from now on, and the code is warm.
  await endedPages(field.fleet, await crawl(field.fleet, urlsOf('known', knownHosts, pagesEach)), 60_000);
  const timing = await startTiming(field);
  await endedPages(field.fleet, await crawl(field.fleet, urlsOf('known', knownHosts, pagesEach)), 60_000);
  const normalMs = await timing();
  const held = stack.move();
  return { ...field, dns, asked: site.asked, normalMs, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** With a TTL that is over when the fault begins. */
const answer = () => ({ kind: 'addresses', addresses: [publicAddress], ttl: 1 }) as const;

function urlsOf(kind: 'known' | 'new', hosts: number, pages: number): string[] {
  const run = crypto.randomUUID();
  return Array.from({ length: hosts * pages }, (_, n) => `http://${kind}-${n % hosts}.example/${run}/${n}`);
}

function failingNames(): Fault<NamesField> {
  const metric = 'numfleet_dns_lookups_total';
  return {
    title: `${newHosts} new hosts and ${knownHosts} known ones are due`,
    signal: {
      metric,
      labels: { result: 'stale' },
      least: 10,
      withinSeconds: 40,
      elsewhere: { metric, labels: { result: 'negative' } },
    },
    async inject(field, stop) {
      const { dns, fleet } = field;
      const before = { questions: dns.asked().length, requests: field.asked() };
      const timing = await startTiming(field);
      dns.set(answer, 5_000);
      const silence = sleep(slowMs, undefined, { signal: stop }).then(() => dns.set(() => ({ kind: 'silent' })));
      silence.catch(() => {});
      const over = sleep(faultMs, undefined, { signal: stop });
      over.catch(() => {});
      const news = await crawl(fleet, urlsOf('new', newHosts, 1));
      // The hosts without an address hold every place by now.
      await sleep(1_000, undefined, { signal: stop });
      const known = await crawl(fleet, urlsOf('known', knownHosts, pagesEach));
      return {
        async hold() {
          const waiting = await mostMeanwhile(field, { metric: 'numfleet_egress_waiting_requests', labels: {} }, over);
          const pages = await crawledPages(fleet.home, known);
          const took = await timing();
          const done = pages.filter(({ state }) => state === 'done').length;
          const questions = dns.asked().slice(before.questions);
          return [
            assertion('requests without a connection are told', waiting > 0, `${waiting} requests`),
            assertion('pages of known hosts', done === knownHosts * pagesEach, `${done} of ${knownHosts * pagesEach}`),
            atMost('their p99', took, 2 * field.normalMs, 'ms'),
            atMost('look-ups of a name in flight', mostInFlight(questions), 1, 'look-ups'),
            atMost('requests', field.asked() - before.requests, 1.1 * knownHosts * pagesEach, 'requests'),
            atMost('questions to name servers', questions.length, questionsPlanned, 'questions'),
          ];
        },
        async [Symbol.asyncDispose]() {
          dns.set(answer);
          // It may be over already: every host tried three times.
          await fleet.api.change(news, 'cancel').catch(() => {});
        },
      };
    },
    defenceOff: { title: 'look-ups without a memory', run: withoutMemory },
  };
}

/** A look-up ends after 4.5 s: more questions within that time than one asks are of another. */
function mostInFlight(questions: ReturnType<DnsServer['asked']>): number {
  const times = Map.groupBy(questions, ({ name, type }) => `${type} ${name}`);
  const within = [...times.values()].flatMap((of) =>
    of.map(({ at }) => of.filter((other) => other.at >= at && other.at < at + 4_400).length),
  );
  return Math.ceil(Math.max(0, ...within) / questionsEach);
}

/** On the same names, known as they are, without what the fleet remembers of them. */
async function withoutMemory({ dns, normalMs }: NamesField, stop: AbortSignal): Promise<Assertion[]> {
  dns.set(answer, 5_000);
  const lookUp = createDnsLookup([dns.address]);
  const began = performance.now();
  const looked = await Promise.allSettled([lookUp('known-0.example', stop), lookUp('known-1.example', stop)]);
  dns.set(answer);
  const found = looked.filter(({ status }) => status === 'fulfilled').length;
  return [
    assertion('pages of known hosts', found === looked.length, `addresses of ${found} of ${looked.length}`),
    atMost('their time', performance.now() - began, 2 * normalMs, 'ms'),
  ];
}

/** Gives the 99th percentile of the pages that are fetched from now on, ms. */
async function startTiming({ fleet }: FleetField): Promise<() => Promise<number>> {
  const fetched = async () => {
    const lines = [...(await serviceLogs(fleet.home)).values()].flat();
    const stages = lines.filter(({ event, stage, ok }) => event === 'stage.ended' && stage === 'fetch' && ok === true);
    return stages.filter(({ pageId }) => pageId !== null).map(({ seconds }) => Number(seconds) * 1_000);
  };
  const before = (await fetched()).length;
  return async () => {
    const times = (await fetched()).slice(before).toSorted((a, b) => a - b);
    return times[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN;
  };
}

/** Every host there is, on loopback. */
async function startSite() {
  let asked = 0;
  const server = createServer(async (request, response) => {
    if (request.url === '/robots.txt') return void response.writeHead(404).end();
    asked += 1;
    await sleep(siteMs);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Ring +44 151 496 0301.</p>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
