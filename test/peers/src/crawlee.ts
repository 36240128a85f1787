import dns from 'node:dns';
import { text } from 'node:stream/consumers';
import { CheerioCrawler, Configuration, Dataset, LogLevel } from '@crawlee/cheerio';
import { PlaywrightCrawler } from '@crawlee/playwright';
import { social } from '@crawlee/utils';
import { chromium } from 'playwright-core';

/** What the process is told on its standard input. */
export interface CrawleeTask {
  crawler: 'playwright' | 'cheerio';
  urls: string[];
  concurrency: number;
  chromium: { executablePath: string; libraryPath: string | null };
}

/** What it prints when it is done. */
export interface CrawleeReport {
  pages: number;
  failed: number;
  /** From the first browser's being there, where there is one, to the last page's being kept. */
  seconds: number;
  /** What was kept, as it was written. */
  phones: string[];
}

/**
 * Crawlee as its users run it: its defaults, but for the concurrency, which is asked for from the start instead of grown to;
 * `social.parseHandlesFromHtml` finds, and a dataset keeps. Hosts are looked up on loopback, whatever they are called.
 */
findAllOnLoopback();
const task = JSON.parse(await text(process.stdin)) as CrawleeTask;
const configuration = new Configuration({ logLevel: LogLevel.ERROR, purgeOnStart: true });
const dataset = await Dataset.open(undefined, { config: configuration });
let startedAt = performance.now();
const crawler = task.crawler === 'playwright' ? playwrightCrawler() : cheerioCrawler();
startedAt = performance.now();
const { requestsFinished, requestsFailed } = await crawler.run(task.urls);
const seconds = (performance.now() - startedAt) / 1_000;
const { items } = await dataset.getData();
const report: CrawleeReport = {
  pages: requestsFinished,
  failed: requestsFailed,
  seconds,
  phones: items.flatMap(({ phones }) => phones as string[]),
};
process.stdout.write(`${JSON.stringify(report)}\n`);

/** Its browser too: all that it loads goes through a proxy in this process, whether or not it was asked to. */
function findAllOnLoopback(): void {
  const { lookup } = dns;
  dns.lookup = ((_host: string, ...how: [never, never]) => lookup('127.0.0.1', ...how)) as typeof lookup;
}

function playwrightCrawler(): PlaywrightCrawler {
  const { executablePath, libraryPath } = task.chromium;
  let launched = false;
  return new PlaywrightCrawler(
    {
      ...bounds(),
      launchContext: {
        launcher: chromium,
        launchOptions: {
          executablePath,
          ...(libraryPath === null ? {} : { env: { ...process.env, LD_LIBRARY_PATH: libraryPath } }),
        },
      },
      browserPoolOptions: {
        postLaunchHooks: [
          () => {
            if (!launched) startedAt = performance.now();
            launched = true;
          },
        ],
      },
      async requestHandler({ page, request }) {
        await keep(request.url, await page.content());
      },
    },
    configuration,
  );
}

function cheerioCrawler(): CheerioCrawler {
  return new CheerioCrawler(
    {
      ...bounds(),
      async requestHandler({ body, request }) {
        await keep(request.url, body.toString());
      },
    },
    configuration,
  );
}

function bounds() {
  return { minConcurrency: task.concurrency, maxConcurrency: task.concurrency };
}

async function keep(url: string, html: string): Promise<void> {
  const { phones, phonesUncertain } = social.parseHandlesFromHtml(html);
  await dataset.pushData({ url, phones: [...phones, ...phonesUncertain] });
}
