import type { CampaignStatus, RenderMode } from '@numfleet/contracts';
import { type FleetProcess, startFleetProcess } from '@numfleet/e2e';
import type { Round } from './round.ts';
import type { Web, WebPage } from './start-web.ts';
import { watchProcesses } from './watch-processes.ts';

export interface CrawlPlan {
  render: RenderMode;
  /** Pages at a time: of the one crawler that there is, and of each host. */
  concurrency: number;
  /** Of the queues; null: they are in the embedded Postgres. */
  redisUrl: string | null;
}

/**
 * One round of a whole fleet that is started for it: queue, sealing and sink included. `warmUpPages` are crawled before, so
 * that a round of seconds is not one of programs that have just begun.
 */
export async function crawlWithFleet(web: Web, plan: CrawlPlan, warmUpPages = 0): Promise<Round> {
  await using fleet = await startCrawlFleet(web, plan);
  if (warmUpPages > 0) await crawl(fleet, web.pages.slice(0, warmUpPages), plan);
  await using crawler = await watchProcesses(await crawlersOf(fleet));
  const { campaign, done, seconds } = await crawl(fleet, web.pages, plan);
  const found = new Set((await fleet.api.numbers(campaign, 'bench')).map(({ number }) => number));
  const usage = crawler.usage();
  return {
    pagesPerSecond: done / seconds,
    cpuPerPage: (1_000 * usage.cpuSeconds) / done,
    peakMemory: usage.peakMemory / 2 ** 20,
    missed: web.pages.filter(({ number }) => !found.has(number)).length,
  };
}

/** With one crawler, as the other side has one process. */
export async function startCrawlFleet(
  web: Web,
  { concurrency, redisUrl }: Omit<CrawlPlan, 'render'>,
  env: Readonly<Record<string, string>> = {},
): Promise<FleetProcess> {
  return await startFleetProcess({
    egressHosts: web.egressHosts,
    env: {
      NUMFLEET_CRAWLERS: '1',
      NUMFLEET_CRAWL_CONCURRENCY: String(concurrency),
      NUMFLEET_BROWSER_PAGES: String(Math.min(concurrency, 64)),
      ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
      ...env,
    },
  });
}

/** Crawls pages as a campaign of their own, and waits for its end; `onStatus` sees how far it has come, ten times a second. */
export async function crawl(
  fleet: FleetProcess,
  pages: readonly WebPage[],
  { render, concurrency }: CrawlPlan,
  onStatus: (status: CampaignStatus) => void = () => {},
): Promise<CampaignEnd> {
  const startedAt = performance.now();
  const campaign = await fleet.api.createCampaign({
    name: 'bench',
    purpose: 'bench on saved pages',
    seeds: pages.map(({ host, path }) => `http://${host}${path}`),
    depth: 0,
    delayMs: 0,
    hostConcurrency: concurrency,
    retentionDays: 1,
    render,
  });
  const status = await fleet.api.finished(campaign, { withinMs: 3_600_000, everyMs: 100, onStatus });
  const seconds = (performance.now() - startedAt) / 1_000;
  return { campaign, done: status.pages.done, seconds };
}

interface CampaignEnd {
  campaign: string;
  done: number;
  seconds: number;
}

export async function crawlersOf(fleet: FleetProcess): Promise<number[]> {
  const processes = await fleet.processes();
  return processes.filter(({ command }) => command.includes('apps/crawler/src/main.ts')).map(({ pid }) => pid);
}
