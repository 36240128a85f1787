import { setTimeout as sleep } from 'node:timers/promises';
import { createDoor } from '@numfleet/egress';
import { parseEgressHosts } from '@numfleet/egress/rules';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { startTiredSite, type TiredSite } from '../inject/tired-site.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, atMost, crawl, endedPages, sumOverFleet } from './measure.ts';

interface TiredField extends FleetField {
  tired: TiredSite;
}

const tiredPages = 12;
const delayMs = 200;
const livelyHosts = 5;
const livelyPages = 60;
/** In a fleet that has nothing else to do they take a few. */
const livelySeconds = 12;

/** The job went on asking a host that had said that nothing remained. */
export const g15 = defineScenario<TiredField>({
  id: 'G15',
  title: 'A host that asks for fewer requests, in four ways',
  deadlineMs: 180_000,
  open: openWithTiredSite,
  faults: [tiring()],
});

async function openWithTiredSite(): Promise<TiredField> {
  await using stack = new AsyncDisposableStack();
  const tired = stack.use(await startTiredSite());
  const env = { NUMFLEET_CRAWLERS: '2' };
  const field = stack.use(await openFleetField({ egressHosts: tired.egressHosts, env }));
  const urls = [tired.urlOf('tired', '/warm'), ...livelyUrls(tired, 'warm', livelyHosts)];
  await endedPages(field.fleet, await crawl(field.fleet, urls), 30_000);
  const held = stack.move();
  return { ...field, tired, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const livelyUrls = (tired: TiredSite, run: string, count: number) =>
  Array.from({ length: count }, (_, n) => tired.urlOf(`lively-${n % livelyHosts}`, `/${run}/${n}`));

function tiring(): Fault<TiredField> {
  const metric = 'numfleet_breaker_changes_total';
  return {
    title: '200 with nothing remaining, 429 with seconds, 429 with a date, 503',
    signal: {
      metric,
      labels: { breaker: 'open' },
      least: 4,
      withinSeconds: 40,
      elsewhere: { metric, labels: { breaker: 'open', reason: 'failing' } },
    },
    async inject({ fleet, tired, scrape }) {
      const run = crypto.randomUUID();
      tired.tire();
      const campaign = await fleet.api.createCampaign({
        ...{ name: 'game day', purpose: 'game day', depth: 0, delayMs, retentionDays: 1, render: 'never' },
        seeds: Array.from({ length: tiredPages }, (_, n) => tired.urlOf('tired', `/${run}/${n}`)),
      });
      const began = performance.now();
      const others = await crawl(fleet, livelyUrls(tired, run, livelyPages));
      return {
        async hold() {
          const lively = await endedPages(fleet, others, 60_000);
          const livelyTook = (performance.now() - began) / 1_000;
          const pages = await endedPages(fleet, campaign, 90_000);
          const { refusals, tooEarly, lastRefusedAt } = tired.seen();
          const left = (Date.now() - lastRefusedAt) / 1_000;
          const done = [...pages, ...lively].filter(({ state }) => state === 'done').length;
          const attempts = pages.reduce((sum, page) => sum + page.attempts, 0);
          const whileOpen = await sumOverFleet(
            { scrape },
            { metric: 'numfleet_requests_while_open_total', labels: {} },
          );
          return [
            assertion('refusals', refusals === 4, `${refusals} of 4`),
            atMost('requests before their time', tooEarly, 0, 'requests'),
            atMost('of them told of by the fleet', whileOpen, 0, 'requests'),
            atMost('attempts that it cost', attempts, 0, 'attempts'),
            assertion('every page is crawled', done === tiredPages + livelyPages, `${done}`),
            atMost('until the other hosts were through', livelyTook, livelySeconds, 's'),
            // What was left then, each a delay and the way through the fleet apart.
            atMost('from the last refusal to the last page', left, 3 + tiredPages * (delayMs / 1_000 + 2), 's'),
          ];
        },
        async [Symbol.asyncDispose]() {
          await fleet.api.change(campaign, 'cancel').catch(() => {});
        },
      };
    },
    defenceOff: { title: 'the same requests, sent at the delay alone', run: withoutBreaker },
  };
}

/** Through the fleet's own door, which sends what it is asked to send: when to send is the scheduler's. */
async function withoutBreaker({ tired }: TiredField, stop: AbortSignal): Promise<Assertion[]> {
  const hosts = parseEgressHosts(tired.egressHosts);
  await using door = createDoor({ hosts, emit() {}, userAgent: 'game day', contact: null });
  tired.tire();
  for (let n = 0; n < 5; n += 1) {
    const limits = { delayMs, robots: [], maxBytes: 2 ** 20, maxRedirects: 0, accept: '*/*' };
    await door.fetchDocument({
      ...limits,
      ...{ url: tired.urlOf('tired', `/${n}`), deadlineAt: Date.now() + 5_000, signal: stop },
    });
    await sleep(delayMs, undefined, { signal: stop });
  }
  return [atMost('requests before their time', tired.seen().tooEarly, 0, 'requests')];
}
