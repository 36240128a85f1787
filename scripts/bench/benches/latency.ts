import { availableParallelism } from 'node:os';
import type { Bench, BenchContext } from '../bench.ts';
import { crawl, startCrawlFleet } from '../crawl/fleet.ts';
import { type CpuTimes, cpuShare, cpuTimes } from '../crawl/machine-cpu.ts';
import { startWeb, type Web } from '../crawl/start-web.ts';
import { corpora, hasCorpora } from '../extract/corpora.ts';
import { plotLines } from '../picture/plot-lines.ts';
import { renderPage } from '../picture/render-page.ts';

const latencyMs = 500;
const concurrencies = [2, 4, 8, 16, 32, 64];
/** Of a run, if it went as fast as its sites allow. */
const seconds = 8;
/** More than pages at a time, so that it is not hosts that are waited for. */
const hosts = 64;

interface Point {
  concurrency: number;
  pagesPerSecond: number;
  /** Of the machine's processors that was in use, by whomever. */
  cpu: number;
}

/** Whether waiting costs anything: sites that take half a second to answer, asked for more and more pages at a time. */
export const latency: Bench = {
  name: 'latency',
  what: `pages a second by concurrency, of sites that take ${latencyMs} ms to answer`,
  minutes: 10,
  async run(context) {
    if (!hasCorpora()) return context.note(`There are no pages in ${corpora}: set NUMFLEET_CORPORA.`);
    const most = (concurrencies.at(-1) ?? 1) * seconds * (1_000 / latencyMs);
    const web = context.use(await startWeb({ pages: most, hosts, shellEvery: 0, hangEvery: 0, latencyMs }));
    const points: Point[] = [];
    const variants = concurrencies.map((concurrency) => [
      `${concurrency} at a time`,
      async () => {
        const point = await measurePoint(web, concurrency);
        points.push(point);
        return { speed: point.pagesPerSecond, share: efficiency(point), cpu: point.cpu };
      },
    ]);
    await context.compare({
      figures: {
        speed: { unit: 'pages/s', better: 'higher' },
        share: { unit: 'of what the sites allow', better: 'higher' },
        cpu: { unit: 'of the processors', better: 'lower' },
      },
      variants: Object.fromEntries(variants),
      rounds: 1,
      warmUp: false,
    });
    tell(context, points.slice(-concurrencies.length));
  },
};

/** Of the pages that so many at a time would fetch in that time if they took nothing but their sites' latency. */
function efficiency({ concurrency, pagesPerSecond }: Point): number {
  return pagesPerSecond / (concurrency * (1_000 / latencyMs));
}

/** From a tenth of the pages to nine tenths, so that beginning and end are left out. */
async function measurePoint(web: Web, concurrency: number): Promise<Point> {
  const plan = { render: 'never', concurrency, redisUrl: null } as const;
  await using fleet = await startCrawlFleet(web, plan);
  const pages = web.pages.slice(0, concurrency * seconds * (1_000 / latencyMs));
  const seen: { at: number; done: number; cpu: CpuTimes }[] = [];
  await crawl(fleet, pages, plan, ({ pages: { done } }) => {
    seen.push({ at: performance.now(), done, cpu: cpuTimes() });
  });
  const from = seen.find(({ done }) => done >= pages.length / 10);
  const to = seen.find(({ done }) => done >= (9 * pages.length) / 10);
  if (!from || !to || from === to) throw new Error('the pages were done too fast to be measured');
  return {
    concurrency,
    pagesPerSecond: (to.done - from.done) / ((to.at - from.at) / 1_000),
    cpu: cpuShare(from.cpu, to.cpu),
  };
}

function tell(context: BenchContext, points: readonly Point[]): void {
  const fastest = Math.max(...points.map(({ pagesPerSecond }) => pagesPerSecond));
  const half = points.findLast(({ pagesPerSecond }) => pagesPerSecond <= fastest / 2) ?? points[0];
  if (!half) return;
  const lines = [
    `At half of the greatest throughput (${fastest.toFixed(0)} pages/s on ${availableParallelism()} processors), ` +
      `${half.concurrency} pages at a time reach ${(100 * efficiency(half)).toFixed(0)} % of what the sites allow.`,
    ...(half.cpu > 0.9 ? ['The processors were full even then: others use them, and this tells nothing.'] : []),
    'One crawler, no page rendered, queues in the embedded Postgres; sink, scheduler and sites share the processors.',
  ];
  for (const line of lines) context.note(line);
  const measured = points.map(({ concurrency, pagesPerSecond }) => ({ x: concurrency, y: pagesPerSecond }));
  const ideal = measured.map(({ x }) => ({ x, y: x * (1_000 / latencyMs) })).filter(({ y }) => y <= fastest * 1.5);
  const svg = plotLines({
    xLabel: 'pages at a time',
    yLabel: 'pages a second',
    lines: [
      { name: 'measured', points: measured },
      { name: 'linear', points: [{ x: 0, y: 0 }, ...ideal], isGuide: true },
    ],
  });
  const title = `Numfleet: throughput by concurrency, sites of ${latencyMs} ms`;
  context.draw({ file: 'latency.html', html: renderPage({ title, svg, lines }) });
}
