import { setTimeout as sleep } from 'node:timers/promises';
import { crawledPages, type FleetProcess, leftovers } from '@numfleet/e2e';
import type { Bench } from '../bench.ts';
import { type CrawlPlan, crawl, crawlersOf, startCrawlFleet } from '../crawl/fleet.ts';
import { startWeb, type WebPage } from '../crawl/start-web.ts';
import { type MemorySample, memoryNow } from '../crawl/watch-processes.ts';
import { corpora, hasCorpora } from '../extract/corpora.ts';
import { plotLines } from '../picture/plot-lines.ts';
import { renderPage } from '../picture/render-page.ts';
import { fitLine } from '../soak/fit-line.ts';
import { type Fault, killOneOf } from '../soak/kill.ts';

const defaultPages = 5_000;
const pagesAFault = 50;
/** While programs, caches and heaps grow to their size; of a shorter soak a third. */
const pagesToSettle = 500;
const plan: CrawlPlan = { render: 'always', concurrency: 4, redisUrl: null };
/** A page that hangs is given up, and tried again, sooner than by default: else the soak would be of waiting. */
const env = { NUMFLEET_JOB_DEADLINE_MS: '15000', NUMFLEET_RETRY_BACKOFF_MS: '500' };

/** What grows, or stays behind, over thousands of rendered pages of which every fiftieth comes with a fault. */
export const soak: Bench = {
  name: 'soak',
  what: `memory, orphans and accounts over ${defaultPages} rendered pages (--pages N) with a fault every ${pagesAFault}`,
  minutes: 60,
  onlyByName: true,
  async run(context) {
    if (!hasCorpora()) return context.note(`There are no pages in ${corpora}: set NUMFLEET_CORPORA.`);
    const pages = context.pages ?? defaultPages;
    // Of three faults one is a page's own.
    const web = context.use(
      await startWeb({ pages, hosts: 20, shellEvery: 0, hangEvery: 3 * pagesAFault, latencyMs: 0 }),
    );
    const hanging = Math.floor(pages / (3 * pagesAFault));
    const fleet = await startCrawlFleet(web, plan, env);
    const { home } = fleet;
    let done: Soaked;
    try {
      done = await soakFleet(fleet, web.pages);
    } finally {
      await fleet.stop('SIGTERM');
    }
    const left = await leftovers(home);
    await fleet[Symbol.asyncDispose]();
    const settled = done.samples.filter((sample) => sample.pages >= Math.min(pagesToSettle, pages / 3));
    const trend = fitLine(settled.map((sample) => ({ x: sample.pages, y: sample.all })));
    const lines = [
      `${pages} pages: ${Object.entries(done.endings)
        .map(([ending, count]) => `${count} ${ending}`)
        .join(', ')}; ${hanging} of them never end. ` +
        `Renderers killed: ${done.kills.renderer}, browsers: ${done.kills.browser}.`,
      `Memory of crawler and browsers: ${trend.mean.toFixed(0)} MiB in the mean, ` +
        `${((100_000 * trend.slope) / trend.mean).toFixed(2)} % of it more each 1,000 pages ` +
        `(least squares over ${settled.length} samples after the first ${Math.min(pagesToSettle, Math.floor(pages / 3))} pages).`,
      `Of the crawler's process alone: ${crawlerTrend(settled)}.`,
      `Left behind: ${left.processes.length} processes, ${left.profiles.length} profile folders. ` +
        `Crawlers that ended and were started again: ${done.restarts}.`,
    ];
    for (const line of lines) context.note(line);
    context.draw({ file: 'soak.html', html: draw(done, trend, pages, lines) });
  },
};

interface Soaked {
  samples: (MemorySample & { pages: number })[];
  kills: Record<Fault, number>;
  /** Of the pages, by how they ended: `done`, or another state and why. */
  endings: Record<string, number>;
  restarts: number;
}

async function soakFleet(fleet: FleetProcess, pages: readonly WebPage[]): Promise<Soaked> {
  const soaked: Soaked = { samples: [], kills: { renderer: 0, browser: 0 }, endings: {}, restarts: 0 };
  const [crawler = 0] = await crawlersOf(fleet);
  let ended = 0;
  let over = false;
  const watching = (async () => {
    for (let faults = 0; !over; await sleep(500)) {
      soaked.samples.push({ pages: ended, ...(await memoryNow(crawler)) });
      if (ended < (faults + 1) * pagesAFault) continue;
      faults += 1;
      // Every third is left to the page that hangs.
      const fault = ([null, 'renderer', 'browser'] as const)[faults % 3];
      if (fault && (await killOneOf(crawler, fault))) soaked.kills[fault] += 1;
    }
  })();
  const end = await crawl(fleet, pages, plan, ({ pages: { done, failed } }) => {
    ended = done + failed;
  }).finally(() => {
    over = true;
  });
  await watching;
  const isRestarted = !(await crawlersOf(fleet)).includes(crawler);
  const endings = await endingsOf(pages, fleet.home, end.campaign);
  return { ...soaked, endings, restarts: isRestarted ? 1 : 0 };
}

/** By what is stored of each, not by the counters. */
async function endingsOf(pages: readonly WebPage[], home: string, campaign: string): Promise<Record<string, number>> {
  const rows = new Map((await crawledPages(home, campaign)).map((row) => [row.url, row]));
  const endings: Record<string, number> = {};
  for (const { host, path } of pages) {
    const row = rows.get(`http://${host}${path}`);
    const isEnded = row !== undefined && row.state !== 'queued' && row.state !== 'leased';
    const ending = isEnded ? [row.state, ...(row.code === null ? [] : [`(${row.code})`])].join(' ') : 'unaccounted for';
    endings[ending] = (endings[ending] ?? 0) + 1;
  }
  return endings;
}

function crawlerTrend(samples: Soaked['samples']): string {
  const { mean, slope } = fitLine(samples.map(({ pages, crawler }) => ({ x: pages, y: crawler })));
  return `${mean.toFixed(0)} MiB, ${((100_000 * slope) / mean).toFixed(2)} % more each 1,000 pages`;
}

function draw({ samples }: Soaked, trend: ReturnType<typeof fitLine>, pages: number, lines: readonly string[]): string {
  const line = (y: (sample: MemorySample) => number) => samples.map((one) => ({ x: one.pages, y: y(one) }));
  const from = Math.min(pagesToSettle, pages / 3);
  const svg = plotLines({
    xLabel: 'pages that ended',
    yLabel: 'MiB',
    marks: Array.from({ length: Math.floor(pages / pagesAFault) }, (_, index) => (index + 1) * pagesAFault),
    lines: [
      { name: 'crawler and browsers', points: line(({ all }) => all) },
      { name: 'crawler', points: line(({ crawler }) => crawler) },
      { name: 'trend', points: [from, pages].map((x) => ({ x, y: trend.at(x) })), isGuide: true },
    ],
  });
  return renderPage({ title: 'Numfleet: a soak', svg, lines: [...lines, 'Each upright line is a fault.'] });
}
