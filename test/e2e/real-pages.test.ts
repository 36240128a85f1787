import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeHtml, type PageReading, readPage } from '@numfleet/extract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  adminAnswers,
  type CrawledPage,
  crawledPages,
  leftovers,
  metricSums,
  type PageServer,
  type ServedPage,
  servePages,
  startFleetProcess,
  timesFetched,
} from './src/index.ts';

const corpora = resolve(import.meta.dirname, '../..', process.env.NUMFLEET_CORPORA ?? '../shared/data');
const isAbsent = !existsSync(resolve(corpora, 'pages'));

/** Saved pages of real sites, each with its original bytes. */
const sets = [
  { set: 'readability', contentType: 'text/html; charset=utf-8' },
  { set: 'formasaurus', contentType: 'text/html; charset=utf-8' },
  // In the encodings that they came in, which their own bytes tell, or nothing does.
  { set: 'contacts', contentType: 'text/html' },
];
const hosts = 30;

describe.skipIf(isAbsent && process.env.CI !== 'true')(`the real pages of ${corpora}, through the whole fleet`, () => {
  const stack = new AsyncDisposableStack();
  const saved = new Map<string, ServedPage>();
  let server: PageServer;
  let state: string;
  let pages: CrawledPage[];
  let metrics: string[];
  let left: Awaited<ReturnType<typeof leftovers>>;

  beforeAll(async () => {
    for (const [index, page] of savedPages().entries())
      saved.set(`http://real-${index % hosts}.test/${page.path}`, page);
    const seeds = indexPages([...saved.keys()]);
    server = stack.use(await servePages(new Map([...saved, ...seeds])));
    const fleet = stack.use(await startFleetProcess({ egressHosts: server.egressHosts }));
    const campaign = await fleet.api.createCampaign({
      name: 'real pages',
      purpose: 'test on saved pages of real sites',
      seeds: [...seeds.keys()],
      depth: 1,
      delayMs: 0,
      hostConcurrency: 4,
      retentionDays: 1,
      render: 'auto',
    });
    const status = await fleet.api.finished(campaign, { withinMs: 150_000 });
    state = status.state;
    pages = await crawledPages(fleet.home, campaign);
    metrics = (await adminAnswers(fleet.home))
      .filter(({ label }) => label.endsWith('/metrics'))
      .map(({ text }) => text);
    report(status.seconds, status.numbers, status.sightings);
    await fleet.stop('SIGTERM');
    left = await leftovers(fleet.home);
  }, 200_000);
  afterAll(() => stack.disposeAsync(), 90_000);

  function report(seconds: number, numbers: number, sightings: number): void {
    const fetched = pages.filter((page) => timesFetched(page) > 0);
    const tally = Map.groupBy(pages, ({ state, code }) => (code === null ? state : `${state} ${code}`));
    console.info(
      [
        `${fetched.length} pages fetched in ${seconds.toFixed(1)} s (${(fetched.length / seconds).toFixed(1)}/s), ${numbers} numbers, ${sightings} sightings`,
        ...[...tally].map(([ending, some]) => `  ${ending}: ${some.length}`),
        `  rendered: ${pages.filter(({ rendered }) => rendered).length}`,
        `  seconds by stage: ${JSON.stringify(metricSums(metrics, 'numfleet_stage_duration_seconds_sum', 'stage'))}`,
        `  refused by the egress guard: ${JSON.stringify(refusals())}`,
      ].join('\n'),
    );
  }

  const refusals = () => metricSums(metrics, 'numfleet_egress_refused_total', 'reason');

  test('I9, I11: every page ends done or failed with a code, or asks not to be kept; none is lost, none stored twice', () => {
    expect(state).toBe('finished');
    expect(saved.size).toBeGreaterThan(500);
    expect(new Set(pages.map(({ url }) => url)).size).toBe(pages.length);
    const ends = new Map(pages.map((page) => [page.url, page]));
    const unended = [...saved.keys()].filter((url) => {
      const end = ends.get(url);
      return end?.state !== 'done' && end?.code !== 'noindex' && !(end?.state === 'failed' && end.code !== null);
    });
    expect(unended).toEqual([]);
    const asking = [...saved].filter(([url, page]) => readingOf(url, page).noindex).map(([url]) => url);
    expect(asking.length).toBeGreaterThan(10);
    expect(asking.map((url) => ends.get(url))).toEqual(
      asking.map(() => expect.objectContaining({ state: 'excluded', code: 'noindex', findings: 0 })),
    );
    const failed = [...saved.keys()].filter((url) => ends.get(url)?.state === 'failed');
    expect(failed.length).toBeLessThan(saved.size / 100);
  });

  test('I7: each page is fetched as often as it was tried', () => {
    const counted = [...saved.keys()].map((url) => ({ url, times: server.asked.get(url) }));
    const tries = new Map(pages.map((page) => [page.url, timesFetched(page)]));
    expect(counted).toEqual([...saved.keys()].map((url) => ({ url, times: tries.get(url) })));
  });

  test('I5: of the served hosts alone anything is fetched, and what pages wanted of others was refused', () => {
    const outside = pages.filter(({ url }) => !/^http:\/\/real-\d+\.test\//.test(url));
    expect(outside.length).toBeGreaterThan(1_000);
    expect(outside.filter((page) => page.state !== 'excluded' || timesFetched(page) > 0)).toEqual([]);
    expect(refusals()['contact-missing']).toBeGreaterThan(10);
  });

  test('the fleet finds on a page what the extractor finds on its bytes', () => {
    const read = pages.filter(({ url, state, rendered }) => saved.has(url) && state === 'done' && !rendered);
    expect(read.length).toBeGreaterThan(300);
    const readings = read.map(({ url, findings }) => ({ url, findings, reading: readingOf(url, saved.get(url)) }));
    // How national numbers are read hangs on what the crawler met before on their host, where pages of many sites stand here.
    const [sure = [], open = []] = [true, false].map((isSure) =>
      readings.filter(({ reading }) => isInternational(reading) === isSure),
    );
    expect(sure.map(({ url, findings }) => ({ url, findings }))).toEqual(
      sure.map(({ url, reading }) => ({ url, findings: reading.findings.length })),
    );
    for (const { findings, reading } of open) {
      expect(findings).toBeGreaterThanOrEqual(reading.findings.filter(({ evidence }) => evidence === null).length);
    }
    expect(sure.length).toBeGreaterThan(200);
    expect(readings.reduce((sum, { findings }) => sum + (findings ?? 0), 0)).toBeGreaterThan(300);
  });

  test('I10: nothing of the fleet is left', () => {
    expect(left).toEqual({ processes: [], profiles: [] });
  });
});

function savedPages(): (ServedPage & { path: string })[] {
  return sets.flatMap(({ set, contentType }) => {
    const files = readdirSync(resolve(corpora, 'pages', set)).filter((file) => file.endsWith('.html.gz'));
    return files.map((file) => ({
      path: `${set}/${file.replace('.html.gz', '')}`,
      contentType,
      body: gunzipSync(readFileSync(resolve(corpora, 'pages', set, file))),
    }));
  });
}

/** A page for each host that links to all others of it. */
function indexPages(urls: readonly string[]): Map<string, ServedPage> {
  const byHost = Map.groupBy(urls, (url) => `${new URL(url).origin}/`);
  const link = (url: string) => `<li><a href="${new URL(url).pathname}">A page</a></li>`;
  return new Map(
    [...byHost].map(([url, its]) => [
      url,
      { contentType: 'text/html; charset=utf-8', body: `<ul>${its.map(link).join('')}</ul>` },
    ]),
  );
}

/** No number or candidate of it hangs on its region. */
function isInternational({ findings, rejected }: PageReading): boolean {
  return findings.every(({ evidence }) => evidence === null) && !rejected.invalid && !rejected['no-region'];
}

function readingOf(url: string, page: ServedPage | undefined): PageReading {
  const { html } = decodeHtml(Buffer.from(page?.body ?? ''), page?.contentType ?? null);
  return readPage(html, { url, region: null, maxFindings: 2_000, maxLinks: 1_000 });
}
