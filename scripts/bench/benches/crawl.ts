import { findChromium } from '@numfleet/browser';
import type { RenderMode } from '@numfleet/contracts';
import { hasRedis, startTestRedis } from '@numfleet/queue/testing';
import type { Bench, BenchContext } from '../bench.ts';
import { crawlWithFleet } from '../crawl/fleet.ts';
import { crawlWithCrawlee } from '../crawl/peer.ts';
import type { Round } from '../crawl/round.ts';
import type { WebPlan } from '../crawl/saved-web.ts';
import { startWeb, type Web } from '../crawl/start-web.ts';
import { corpora, hasCorpora } from '../extract/corpora.ts';

const figures = {
  speed: { unit: 'pages/s', better: 'higher' },
  cpu: { unit: 'ms a page, crawler and browsers', better: 'lower' },
  memory: { unit: 'MiB at most, crawler and browsers', better: 'lower' },
  missed: { unit: 'numbers', better: 'lower' },
} as const;

/** A fleet crawls them three times over where a page takes it but milliseconds. */
const savedPages = 129;
const minutes = 10;
/** Each begins with fresh processes, so there is nothing to warm up. */
const rounds = { rounds: 3, warmUp: false };

export const crawlAlways: Bench = {
  name: 'crawl-always',
  what: 'every page rendered, beside PlaywrightCrawler: the same Chromium, web and concurrency',
  minutes,
  run: (context) =>
    onWeb(context, { pages: savedPages, hosts: 10, shellEvery: 0 }, async (web) => {
      const crawlers = await createCrawlers(web, 4);
      await context.compare({
        figures,
        ...rounds,
        variants: { PlaywrightCrawler: crawlers.crawlee('playwright'), 'numfleet always': crawlers.fleet('always') },
      });
    }),
};

export const crawlNever: Bench = {
  name: 'crawl-never',
  what: 'no page rendered, beside CheerioCrawler: the same web and concurrency',
  minutes,
  run: (context) =>
    onWeb(context, { pages: 3 * savedPages, hosts: 10, shellEvery: 0 }, async (web) => {
      const crawlers = await createCrawlers(web, 8);
      // The same pages once: they are ten times as long over them.
      const once = await createCrawlers({ ...web, pages: web.pages.slice(0, savedPages) }, 8);
      const redis = hasRedis ? context.use(await startTestRedis()).url : null;
      await context.compare({
        figures,
        ...rounds,
        variants: {
          CheerioCrawler: once.crawlee('cheerio'),
          'numfleet never, embedded': crawlers.fleet('never'),
          ...(redis === null ? {} : { 'numfleet never, on Redis': crawlers.fleet('never', redis) }),
        },
      });
      if (redis === null) context.note('No redis-server was found, so Redis was left out.');
    }),
};

export const crawlAuto: Bench = {
  name: 'crawl-auto',
  what: 'a web of which a fifth needs JavaScript, beside PlaywrightCrawler',
  minutes,
  run: (context) =>
    onWeb(context, { pages: 3 * savedPages, hosts: 3, shellEvery: 5 }, async (web) => {
      const crawlers = await createCrawlers(web, 4);
      const once = await createCrawlers({ ...web, pages: web.pages.slice(0, savedPages) }, 4);
      await context.compare({
        figures,
        ...rounds,
        variants: { PlaywrightCrawler: once.crawlee('playwright'), 'numfleet auto': crawlers.fleet('auto') },
      });
    }),
};

async function onWeb(
  context: BenchContext,
  plan: Pick<WebPlan, 'pages' | 'hosts' | 'shellEvery'>,
  measure: (web: Web) => Promise<void>,
): Promise<void> {
  if (!hasCorpora()) return context.note(`There are no pages in ${corpora}: set NUMFLEET_CORPORA.`);
  const pages = context.pages ?? plan.pages;
  const web = context.use(await startWeb({ ...plan, pages, hangEvery: 0, latencyMs: 0 }));
  context.note(
    `${pages} saved news pages with a number more on each, on ${plan.hosts} hosts of loopback. A round begins with fresh ` +
      'processes, and its time with the first request for a page; of Crawlee once its browser is there.',
  );
  context.note(
    'Crawlee finds with social.parseHandlesFromHtml and keeps in a dataset; of a fleet all is measured: queue, sealing, sink.',
  );
  await measure(web);
}

async function createCrawlers(web: Web, concurrency: number) {
  const { executablePath, libraryPath } = await findChromium({
    chromiumPath: process.env.CHROMIUM_PATH || undefined,
    runtimeDir: '.runtime',
  });
  const chromium = { executablePath, libraryPath };
  return {
    crawlee: (crawler: 'playwright' | 'cheerio') => async (signal: AbortSignal) =>
      figuresOf(await crawlWithCrawlee(web, { crawler, concurrency, chromium }, signal)),
    fleet:
      (render: RenderMode, redisUrl: string | null = null) =>
      async () =>
        figuresOf(await crawlWithFleet(web, { render, concurrency, redisUrl }, render === 'never' ? savedPages : 0)),
  };
}

function figuresOf({ pagesPerSecond, cpuPerPage, peakMemory, missed }: Round): Record<keyof typeof figures, number> {
  return { speed: pagesPerSecond, cpu: cpuPerPage, memory: peakMemory, missed };
}
