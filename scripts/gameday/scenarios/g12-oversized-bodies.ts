import { setTimeout as sleep } from 'node:timers/promises';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import type { BadSite } from '../inject/bad-sites.ts';
import { startCarelessServer } from '../inject/careless-server.ts';
import { type BodyAnswer, type BodyKind, postTwoGigabytes } from '../inject/oversized-body.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, atMost, bytesOf, crawl, endedPages, pidOf, watchMemory } from './measure.ts';

/** MiB. */
const mostGrowth = 64;
/** The limit, and what the kernel buffers of two sockets hold besides (4 and 6 by default), MiB. */
const mostTaken = 10 + 12;

/** A forged 2 GB body killed the process. */
export const g12 = defineScenario<FleetField>({
  id: 'G12',
  title: 'Bodies of 2 GB, sent to the API and served as pages',
  deadlineMs: 120_000,
  async open() {
    const field = await openFleetField({
      env: { NUMFLEET_CRAWLERS: '1' },
      undefended: { NUMFLEET_PAGE_MAX_BYTES: String(bytesOf(100)) },
    });
    await warmUp(field);
    return field;
  },
  faults: [
    toTheApi('length', 'a body of 2 GB with its length', 'length'),
    toTheApi('chunked', 'a body of 2 GB in chunks', 'chunked'),
    toTheApi('gzip', 'a body of 2 MB that unpacks to 2 GB', 'inflated'),
    asAPage('two-gigabytes', 'a page of 2 GB'),
    asAPage('gzip-bomb', 'a page of 2 MB that unpacks to 2 GB'),
  ],
});

/** What the largest body that is allowed takes is taken once: it is not what is looked for. */
async function warmUp({ fleet, sites }: FleetField): Promise<void> {
  const large = [1, 2, 3].map((page) => sites.urlOf('large', `/${page}`));
  await endedPages(fleet, await crawl(fleet, large), 30_000);
  await fetch(`${fleet.api.url}/api/v1/campaigns`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fleet.api.token}`, 'content-type': 'application/json' },
    body: Buffer.alloc(bytesOf(9), '"'),
  });
}

function toTheApi(kind: BodyKind, title: string, reason: string): Fault<FleetField> {
  const metric = 'numfleet_requests_rejected_total';
  return {
    title: `to the API: ${title}`,
    signal: {
      metric,
      labels: { reason },
      least: 1,
      withinSeconds: 10,
      elsewhere: { metric, labels: { reason: 'headers' } },
    },
    async inject({ fleet: { api, home } }, stop) {
      const memory = await watchMemory([await pidOf({ home }, { service: 'console' })]);
      const posting = postTwoGigabytes(`${api.url}/api/v1/campaigns`, kind, { token: api.token, stop });
      return {
        async hold() {
          const answer = await posting;
          return [...refused(answer), atMost('growth of the console', memory.growth(), mostGrowth, 'MiB')];
        },
        [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
      };
    },
    defenceOff: {
      title: 'the same to a server without limits',
      async run(_field, stop) {
        await using server = await startCarelessServer();
        await using memory = await watchMemory([server.pid]);
        const enough = new AbortController();
        void postTwoGigabytes(server.url, kind, { stop: AbortSignal.any([stop, enough.signal]) });
        const until = performance.now() + 10_000;
        while (memory.growth() <= mostGrowth && performance.now() < until) await sleep(20, undefined, { signal: stop });
        enough.abort();
        return [atMost('growth of the server', memory.growth(), mostGrowth, 'MiB')];
      },
    },
  };
}

function refused({ status, text, sent }: BodyAnswer): Assertion[] {
  return [
    assertion('refused with 413', status === 413, `status ${status ?? 'none'}`),
    assertion('one error in JSON', codeOf(text) === 'request-too-large', `code ${codeOf(text)}`),
    atMost('taken from the network', sent / bytesOf(1), mostTaken, 'MiB'),
  ];
}

function codeOf(text: string): string {
  try {
    return String((JSON.parse(text) as { error?: { code?: unknown } }).error?.code ?? 'none');
  } catch {
    return 'none';
  }
}

function asAPage(site: BadSite, title: string): Fault<FleetField> {
  const metric = 'numfleet_page_cuts_total';
  return {
    title: `as a page: ${title}`,
    signal: {
      metric,
      labels: { cut: 'body' },
      least: 1,
      withinSeconds: 15,
      elsewhere: { metric, labels: { cut: 'links' } },
    },
    async inject(field) {
      const memory = await watchMemory([await pidOf(field.fleet, { service: 'crawler-1' })]);
      const hold = () => crawlOne(field, site, memory.growth);
      return { hold, [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose]() };
    },
    defenceOff: {
      title: 'a limit of 100 MiB',
      async run(field) {
        const other = await field.undefended();
        await warmUp(other);
        await using memory = await watchMemory([await pidOf(other.fleet, { service: 'crawler-1' })]);
        return await crawlOne(other, site, memory.growth);
      },
    },
  };
}

async function crawlOne({ fleet, sites }: FleetField, site: BadSite, growth: () => number): Promise<Assertion[]> {
  const [page] = await endedPages(fleet, await crawl(fleet, [sites.urlOf(site)]), 30_000);
  return [
    assertion('its beginning is kept', page?.state === 'done', `state ${page?.state}`),
    assertion('recorded as too-large', page?.code === 'too-large', `code ${page?.code}`),
    assertion('recorded as cut', page?.cuts.includes('body') === true, `cuts ${page?.cuts.join(', ')}`),
    atMost('taken from the network', sites.sent(site) / bytesOf(1), mostTaken, 'MiB'),
    atMost('growth of the crawler', growth(), mostGrowth, 'MiB'),
  ];
}
