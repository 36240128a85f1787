import { join } from 'node:path';
import { createLeakScanner, type Leak } from '@numfleet/leak';
import { demoDepth, differences, type Manifest, type RequestRecord, score } from '@numfleet/sites';
import type { SpanRecord } from '@numfleet/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CrawledPage,
  connect,
  crawledPages,
  type FleetExit,
  type FleetUnderTest,
  type LogLine,
  leftovers,
  type PageCounts,
  readPageCounts,
  serviceLogs,
  serviceSpans,
  startFleetUnderTest,
  sumOf,
  timesFetched,
} from './src/index.ts';

const window = 24;
/** The manifest has 83 pages of its own. */
const extraPages = 417;

type Numbers = Awaited<ReturnType<FleetUnderTest['api']['numbers']>>;

/** All that is asserted about the crawl; the fleet is down by then. */
interface Crawl {
  manifest: Manifest;
  state: string;
  seconds: number;
  snapshots: PageCounts[];
  /** After a counter was falsified. */
  falsified: PageCounts;
  pages: CrawledPage[];
  numbers: Numbers;
  requests: RequestRecord[];
  deadLetters: number;
  exit: FleetExit;
  left: Awaited<ReturnType<typeof leftovers>>;
  logs: Map<string, LogLine[]>;
  spans: SpanRecord[];
  /** Numbers in the trace files. */
  leaks: Leak[];
}

let crawl: Crawl;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  const fleet = stack.use(await startFleetUnderTest({ extraPages, env: { NUMFLEET_WINDOW: String(window) } }));
  crawl = await crawlDemoWeb(fleet);
  const { pages, seconds, numbers, snapshots, exit } = crawl;
  console.info(
    `${pages.length} pages in ${seconds.toFixed(1)} s (${(pages.length / seconds).toFixed(1)}/s), ${numbers.length} numbers, ` +
      `${snapshots.length} snapshots, stopped in ${exit.seconds.toFixed(1)} s`,
  );
}, 180_000);
afterAll(() => stack.disposeAsync(), 90_000);

async function crawlDemoWeb(fleet: FleetUnderTest): Promise<Crawl> {
  const { api, sites, home } = fleet;
  const campaign = await api.createCampaign({
    name: 'five hundred pages',
    purpose: 'test of the whole fleet',
    seeds: sites.seeds,
    depth: demoDepth,
    delayMs: 0,
    hostConcurrency: 4,
    retentionDays: 1,
  });
  const snapshots: PageCounts[] = [];
  await using truth = await connect(home, 'numfleet');
  const { state, seconds } = await api.finished(campaign, {
    withinMs: 120_000,
    onStatus: async () => void snapshots.push(await readPageCounts(truth, campaign)),
  });
  const pages = await crawledPages(home, campaign);
  const numbers = await api.numbers(campaign, 'comparing with the manifest');
  const deadLetters = (await truth.query('select from dead_letters')).length;
  await truth.query("insert into campaign_count_deltas values ($1, 'done', 1)", [campaign]);
  const falsified = await readPageCounts(truth, campaign);
  const exit = await fleet.stop('SIGINT');
  const left = await leftovers(home);
  const logs = await serviceLogs(home);
  const spans = await serviceSpans(home);
  const plain = [...new Set(sites.manifest.pages.flatMap(({ expected }) => expected.map(({ number }) => number)))];
  const leaks = await createLeakScanner({ numbers: plain }).scanFiles(join(home, 'traces'));
  const [manifest, requests] = [sites.manifest, sites.requests()];
  return {
    manifest,
    requests,
    state,
    seconds,
    snapshots,
    falsified,
    pages,
    numbers,
    deadLetters,
    exit,
    left,
    logs,
    spans,
    leaks,
  };
}

describe('I9: it adds up', () => {
  test('at every instant: discovered is the sum of the states, and the counters are what the rows say', () => {
    expect(crawl.snapshots.length).toBeGreaterThan(20);
    for (const { discovered, counted, rows } of crawl.snapshots) {
      expect(counted).toEqual(rows);
      expect(sumOf(counted)).toBe(discovered);
    }
  });

  test('a counter that is off by one shows (negative control)', () => {
    const { discovered, counted, rows } = crawl.falsified;
    expect(sumOf(counted)).toBe(discovered + 1);
    expect(counted.done).toBe(rows.done + 1);
  });

  test('I8: the window bounds the leased pages, and was made use of', () => {
    const leased = crawl.snapshots.map(({ rows }) => rows.leased);
    expect(Math.max(...leased)).toBeLessThanOrEqual(window);
    expect(Math.max(...leased)).toBeGreaterThan(window / 2);
  });

  test('it is finished with nothing queued or leased', () => {
    expect(crawl.state).toBe('finished');
    expect(crawl.snapshots.at(-1)?.rows).toMatchObject({ queued: 0, leased: 0 });
    expect(crawl.deadLetters).toBe(0);
  });

  test('every process accounts for the messages that it took, and the sink took what the crawlers gave', () => {
    const accounts = new Map(
      [...crawl.logs].map(([name, lines]) => [name, lines.findLast((line) => line.event === 'jobs.accounted')]),
    );
    expect([...accounts.keys()].sort()).toEqual(['console', 'crawler-1', 'crawler-2', 'scheduler', 'sink']);
    for (const account of accounts.values()) expect(account).toMatchObject({ difference: 0 });
    const taken = (name: string) => Number(accounts.get(name)?.taken);
    expect(taken('crawler-1')).toBeGreaterThan(0);
    expect(taken('crawler-2')).toBeGreaterThan(0);
    expect(taken('sink')).toBe(taken('crawler-1') + taken('crawler-2'));
  });
});

describe('what is found', () => {
  test('every page of the manifest is there once, with its outcome and code, and no other', () => {
    const urls = crawl.pages.map(({ url }) => url);
    expect(urls.toSorted()).toEqual(crawl.manifest.pages.map(({ url }) => url).toSorted());
    expect(urls.length).toBe(500);
    const found = new Map(crawl.pages.map((page) => [page.url, page]));
    const ended = crawl.manifest.pages.map(({ url, cut }) => {
      const page = found.get(url);
      return { url, outcome: page?.state, code: page?.code, cut: cut && page?.cuts.includes(cut) ? cut : null };
    });
    const expected = crawl.manifest.pages.map(({ url, outcome, code = null, cut = null }) => {
      return { url, outcome, code, cut };
    });
    expect(ended).toEqual(expected);
  });

  test('all numbers, none wrong, none of the forbidden, and each sighting once', () => {
    expect(differences(crawl.manifest, crawl.numbers)).toEqual([]);
    const rows = score(crawl.manifest, crawl.numbers);
    expect(rows.reduce((sum, row) => sum + row.found, 0)).toBeGreaterThan(900);
    const plain = new Set(crawl.numbers.map(({ number }) => number));
    expect(plain.size).toBe(crawl.numbers.length);
    expect(crawl.manifest.forbidden.length).toBeGreaterThan(10);
    expect(crawl.manifest.forbidden.filter((number) => plain.has(number))).toEqual([]);
    for (const { sightings } of crawl.numbers) {
      const distinct = new Set(sightings.map(({ url, source }) => `${source} ${url}`));
      // URLs with a number in them are shown redacted, and look alike.
      if (!sightings.some(({ url }) => url.includes('phone'))) expect(distinct.size).toBe(sightings.length);
    }
  });
});

describe('I7, I11: what the hosts saw', () => {
  const asked = (host: string, path?: string) =>
    crawl.requests.filter((request) => request.host === host && (path === undefined || request.path === path));
  const gaps = (requests: RequestRecord[]) => requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0));
  const partsOf = (url: string) => ({ host: new URL(url).host, path: url.slice(new URL(url).origin.length) });
  /** A request is dated when it arrives; it may have been on its way for longer than the one before it. ms. */
  const jitter = 50;

  test('every request names Numfleet', () => {
    expect(crawl.requests.filter(({ userAgent }) => !/^Numfleet\/\d+\.\d+\.\d+ \(/.test(userAgent ?? ''))).toEqual([]);
  });

  test('robots.txt is asked for before any page, and what it forbids is never asked for', () => {
    const firsts = new Map(crawl.requests.toReversed().map((request) => [request.host, request.path]));
    expect(firsts.size).toBeGreaterThan(30);
    expect([...firsts].filter(([, path]) => path !== '/robots.txt')).toEqual([]);
    const forbidden = crawl.manifest.pages.filter(({ code }) => code === 'robots-disallowed').map(({ url }) => url);
    expect(forbidden.length).toBeGreaterThan(2);
    for (const { host, path } of forbidden.map(partsOf)) expect(asked(host, path)).toEqual([]);
  });

  test('I5: nothing outside of the demo web is asked', () => {
    const hosts = new Set(crawl.manifest.pages.map(({ url }) => partsOf(url).host));
    expect(crawl.requests.filter(({ host }) => !hosts.has(host))).toEqual([]);
  });

  test('a crawl-delay is kept between all requests of its host', () => {
    const delays = gaps(asked('library.test'));
    expect(delays.length).toBe(3);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1_000 - jitter);
  });

  test('Retry-After is waited for', () => {
    const waits = gaps(asked('busy-bistro.test', '/'));
    expect(waits.length).toBe(2);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(2_000 - jitter);
  });

  test('each document is fetched as often as its page was tried, and not again by the browser', () => {
    // A redirect that goes round and round comes by its own page again.
    const pages = crawl.pages.filter(({ code }) => code !== 'too-many-redirects');
    const counted = pages.map((page) => {
      const { host, path } = partsOf(page.url);
      return { url: page.url, times: asked(host, path).length };
    });
    expect(counted).toEqual(pages.map((page) => ({ url: page.url, times: timesFetched(page) })));
  });
});

describe('traces', () => {
  const named = (name: string) => crawl.spans.filter((span) => span.name === name);

  test('each job is one tree from dispatch to commit over three processes, without orphans', () => {
    const traces = Map.groupBy(
      crawl.spans.filter(({ name }) => name !== 'commit-batch'),
      ({ traceId }) => traceId,
    );
    expect(traces.size).toBeGreaterThan(crawl.pages.filter(({ state }) => state !== 'excluded').length);
    for (const spans of traces.values()) {
      const ids = new Set(spans.map(({ spanId }) => spanId));
      expect(spans.filter(({ parentId }) => parentId !== null && !ids.has(parentId))).toEqual([]);
      expect(spans.filter(({ parentId }) => parentId === null).map(({ name }) => name)).toEqual(['dispatch']);
      const parentOf = ({ parentId }: SpanRecord) => spans.find(({ spanId }) => spanId === parentId)?.name;
      for (const [name, parent] of [
        ['crawl', 'dispatch'],
        ['hand-on', 'crawl'],
        ['commit', 'hand-on'],
      ] as const) {
        expect(spans.filter((span) => span.name === name).map(parentOf)).toEqual([parent]);
      }
      expect(new Set(spans.map(({ process }) => process)).size).toBe(3);
    }
  });

  test('every job that a crawler took is in one, and each commit is linked with its batch', () => {
    const accounts = [...crawl.logs].map(([name, lines]) => {
      const taken = lines.findLast((line) => line.event === 'jobs.accounted')?.taken;
      return [name, Number(taken)] as const;
    });
    const taken = Object.fromEntries(accounts);
    for (const worker of ['crawler-1', 'crawler-2']) {
      expect(named('crawl').filter(({ process }) => process === worker).length).toBe(taken[worker]);
    }
    const batches = new Map(named('commit-batch').map((span) => [span.spanId, span]));
    for (const { links } of named('commit')) expect(links.map(({ spanId }) => batches.has(spanId))).toEqual([true]);
    const results = [...batches.values()].map(({ attributes }) => Number(attributes['numfleet.batch.results']));
    expect(results.reduce((sum, count) => sum + count, 0)).toBe(taken.sink);
  });

  test('every page that failed has a line in the log that names its trace, and the trace says why', () => {
    const failed = crawl.pages.filter(({ state }) => state === 'failed');
    expect(failed.length).toBeGreaterThan(5);
    const lines = [...crawl.logs.values()].flat().filter((line) => line.event === 'page.crawled');
    expect(lines.every(({ level, outcome }) => level === 'info' && outcome === 'failed')).toBe(true);
    const told = lines.map(({ traceId, pageId, code }) => {
      const span = named('crawl').find((one) => one.traceId === traceId);
      return {
        pageId,
        code,
        ok: span?.ok,
        saysPage: span?.attributes['numfleet.page.id'],
        saysCode: span?.attributes['numfleet.error.code'],
      };
    });
    expect(told).toEqual(
      lines.map(({ pageId, code }) => ({ pageId, code, ok: false, saysPage: pageId, saysCode: code })),
    );
    expect(told.length).toBeGreaterThanOrEqual(failed.length);
  });

  test('I3: their files hold no number', () => {
    expect(JSON.stringify(crawl.spans).length).toBeGreaterThan(500_000);
    expect(crawl.leaks).toEqual([]);
  });
});

describe('I10: after Ctrl-C', () => {
  test('the fleet ends in order, with no process and no profile folder left', () => {
    expect(crawl.exit).toMatchObject({ exitCode: 0, signal: null });
    expect(crawl.left).toEqual({ processes: [], profiles: [] });
  });

  test('every service says why it stopped, and none of them had an error', () => {
    const lines = [...crawl.logs.values()].flat();
    const stopped = lines.filter((line) => line.event === 'service.stopped');
    expect(stopped.map(({ reason, exitCode }) => ({ reason, exitCode }))).toEqual(
      Array(5).fill({ reason: 'SIGTERM', exitCode: 0 }),
    );
    expect(lines.filter(({ level, event }) => level === 'error' || event === 'unreadable')).toEqual([]);
  });
});
