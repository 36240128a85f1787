import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adminAnswers, metricSums, type ServedPage, servePages, startFleetProcess } from '@numfleet/e2e';
import { startPostgres } from '@numfleet/embedded';
import { readPage, toUtf8 } from '@numfleet/extract';
import { createUrlCodec, sealFindings } from '@numfleet/privacy';
import { generateKeys, loadInsideKeys } from '@numfleet/privacy/inside';
import { createStore, eraseNumbers, migrate, type Store } from '@numfleet/store';
import { createLogger } from '@numfleet/telemetry';
import { pino } from 'pino';
import type { Bench, BenchContext } from '../bench.ts';
import { corpora, hasCorpora, readPages } from '../extract/corpora.ts';

/** What holding the promises about numbers costs, beside the work that it goes with. */
export const privacy: Bench = {
  name: 'privacy',
  what: 'what sealing, redaction, erasure and suppression cost',
  async run(context) {
    await measureLogLines(context);
    await measureErasure(context);
    if (hasCorpora()) await measureShareOfPage(context);
    else context.note(`There are no pages in ${corpora}: set NUMFLEET_CORPORA.`);
  },
};

/** What is logged of each page: names and codes that come again, ids that do not, and a time that is to be rounded. */
function usualLines(count: number): object[] {
  return Array.from({ length: count }, (_, n) => ({
    event: 'page.crawled',
    pageId: String(123_456 + n),
    outcome: 'failed',
    code: 'http-server-error',
    seconds: n / 777,
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
  }));
}

/** The same line through pino as it is, and through ours, which redacts. At most a quarter more is what we allow it. */
async function measureLogLines({ compare }: BenchContext): Promise<void> {
  const nowhere = { write() {} };
  const plain = pino(
    {
      base: { pid: process.pid, service: 'bench' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    nowhere,
  );
  const ours = createLogger({ service: 'bench', level: 'info', destination: nowhere });
  const lines = usualLines(50_000);
  const speedOf = (logger: pino.Logger) => async () => {
    const from = process.cpuUsage();
    for (const line of lines) logger.info(line, 'A page was crawled.');
    return { line: (1_000 * cpuMs(from)) / lines.length };
  };
  await compare({
    title: 'A usual log line',
    figures: { line: { unit: 'µs CPU', better: 'lower' } },
    variants: { pino: speedOf(plain), 'numfleet, redacting': speedOf(ours) },
  });
}

/** Erasing one number where a thousand are stored, and where a million are; look-ups by plans that read no table. */
async function measureErasure(context: BenchContext): Promise<void> {
  const home = await mkdtemp(path.join(tmpdir(), 'numfleet-bench-'));
  context.use({ [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) });
  const { adminUrl } = context.use(
    await startPostgres({ home, emit: () => {}, signal: context.signal, cleanup: home }),
  );
  const small = context.use(await fill(adminUrl, 'small', 1_000));
  const large = context.use(await fill(adminUrl, 'large', 1_000_000));
  for (const [size, store] of [
    ['1 thousand', small],
    ['1 million', large],
  ] as const) {
    context.note(`${size} numbers: ${(await plansOf(store)).join('; ')}.`);
  }
  let erased = 0;
  const eraseSome = (store: Store) => async () => {
    const each = 40;
    const from = performance.now();
    for (let n = 0; n < each; n += 1) {
      erased += 1;
      const index = await indexOf(store, erased % 900);
      const subjects = [{ lineIndex: index, suppressionIndex: index }];
      await store.transaction((tx) => eraseNumbers(tx, { subjects, reason: 'bench', actor: 'bench', now: new Date() }));
    }
    return { erase: (performance.now() - from) / each };
  };
  await context.compare({
    title: 'Erasing one number, with its sighting',
    figures: { erase: { unit: 'ms', better: 'lower' } },
    variants: { '1 thousand stored': eraseSome(small), '1 million stored': eraseSome(large) },
  });
}

/** Ten campaigns; the numbers in one of them, a sighting each. */
async function fill(adminUrl: string, name: string, numbers: number): Promise<Store> {
  await using admin = createStore({ connectionString: adminUrl, applicationName: 'bench', max: 1 });
  await admin.query(`create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = name;
  await migrate({ connectionString: url.href });
  const store = createStore({
    connectionString: url.href,
    applicationName: 'bench',
    max: 1,
    statementTimeoutMs: 120_000,
  });
  await store.query(
    `insert into campaigns (name, purpose, settings, created_at) select 'bench', 'bench',
       '{"delayMs":0,"hostConcurrency":1,"maxPages":1000000,"retentionDays":30}', now() from generate_series(1, 10)`,
  );
  await store.query(
    `insert into numbers (campaign_id, blind_index, ciphertext, type, first_seen_at)
     select 1, sha256(n::text::bytea), sha256(n::text::bytea) || sha256('x'), 'mobile', now() from generate_series(1, $1::int) n`,
    [numbers],
  );
  await store.query(
    `insert into sightings (campaign_id, blind_index, host_id, page_id, source, confidence, seen_at, expires_at)
     select 1, sha256(n::text::bytea), 1, n, 'text', 0.9, now(), now() + interval '30 days' from generate_series(1, $1::int) n`,
    [numbers],
  );
  await store.query(
    `insert into suppressions select sha256(('s' || n)::bytea), 'opted-out', now() from generate_series(1, $1::int) n`,
    [numbers],
  );
  for (const table of ['numbers', 'sightings', 'suppressions']) await store.query(`vacuum analyze ${table}`);
  return store;
}

async function indexOf(store: Store, n: number): Promise<Buffer> {
  const { rows } = await store.query<{ index: Buffer }>('select sha256($1::text::bytea) as index', [n]);
  return rows[0]?.index ?? Buffer.alloc(32);
}

/** Throws where a look-up is not by an index alone: that would be the table's size once for each page. */
async function plansOf(store: Store): Promise<string[]> {
  const index = await indexOf(store, 7);
  const looks = {
    suppression: 'select suppression_index from suppressions where suppression_index = any(array[$1::bytea])',
    dedupe: 'select blind_index from numbers where campaign_id = 1 and blind_index = $1::bytea',
  };
  const plans: string[] = [];
  for (const [name, sql] of Object.entries(looks)) {
    const { rows } = await store.query<{ 'QUERY PLAN': string }>(`explain (analyze, costs off, timing off) ${sql}`, [
      index,
    ]);
    const plan = rows.map((row) => row['QUERY PLAN']).join(' ');
    // A table that fits a few pages is read faster than its index; what counts is the large one.
    if (!plan.includes('Index Only Scan')) throw new Error(`${name} is not by an index alone: ${plan}`);
    plans.push(`${name} by index alone, heap fetches ${/Heap Fetches: (\d+)/.exec(plan)?.[1]}`);
  }
  return plans;
}

const sample = 600;

/** CPU of a crawler process for a page, all in, and what of it goes to sealing findings and to keeping links unread. */
async function measureShareOfPage(context: BenchContext): Promise<void> {
  const pages = readPages().slice(0, sample);
  const perPage = await measureCrawler(context, pages);
  const dir = await mkdtemp(path.join(tmpdir(), 'numfleet-bench-'));
  context.use({ [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) });
  await generateKeys(path.join(dir, 'keys'));
  const keys = await loadInsideKeys(path.join(dir, 'keys'), ['sealing-public', 'url']);
  const urls = createUrlCodec({ key: keys.url });
  const limits = { maxFindings: 500, maxLinks: 1_000 };
  const readings = pages.map((body) => {
    return readPage(toUtf8(body, 'text/html').utf8, { url: 'http://real.test/', region: null, ...limits });
  });
  const logger = createLogger({ service: 'bench', level: 'info', destination: { write() {} } });
  const lines = usualLines(readings.length);
  const seal = async () => {
    const from = process.cpuUsage();
    for (const [n, { findings, links }] of readings.entries()) {
      if (findings.length > 0) {
        await sealFindings({
          publicKey: keys['sealing-public'],
          context: { pageId: '1', leaseToken: 'lease' },
          findings,
        });
      }
      for (const link of links) urls.toWire(link);
      logger.info(lines[n] ?? {}, 'A page was crawled.');
    }
    const ms = cpuMs(from) / readings.length;
    return { ms, share: (100 * ms) / perPage };
  };
  await context.compare({
    title: `${sample} real pages: sealing and redaction`,
    figures: { ms: { unit: 'ms CPU a page', better: 'lower' }, share: { unit: '% of a page', better: 'lower' } },
    variants: { 'seal, links, a log line': seal },
  });
  context.note(`A crawler takes ${perPage.toFixed(1)} ms of CPU a page, fetched over loopback and not rendered.`);
}

async function measureCrawler(context: BenchContext, bodies: readonly Uint8Array[]): Promise<number> {
  const saved = new Map<string, ServedPage>();
  for (const [n, body] of bodies.entries()) {
    saved.set(`http://real-${n % 20}.test/${n}`, { body, contentType: 'text/html; charset=utf-8' });
  }
  await using server = await servePages(saved);
  await using fleet = await startFleetProcess({
    egressHosts: server.egressHosts,
    env: { NUMFLEET_CRAWLERS: '1' },
  });
  const crawl = async (seeds: string[]) => {
    const settings = { purpose: 'bench', depth: 0, delayMs: 0, hostConcurrency: 4, render: 'never' as const };
    const campaign = await fleet.api.createCampaign({ name: 'bench', ...settings, seeds });
    await fleet.api.finished(campaign, { withinMs: 120_000 });
  };
  const cpu = async () => {
    const answers = (await adminAnswers(fleet.home)).filter(({ label }) => label.endsWith('/metrics'));
    const sums = metricSums(
      answers.map(({ text }) => text),
      'process_cpu_seconds_total',
      'service',
    );
    return 1_000 * (sums['crawler-1'] ?? sums.crawler ?? Number.NaN);
  };
  const all = [...saved.keys()];
  // Compiled and warm, as a crawler is that has worked for a minute.
  await crawl(all.slice(0, 200));
  const before = await cpu();
  await crawl(all);
  context.signal.throwIfAborted();
  return ((await cpu()) - before) / all.length;
}

function cpuMs(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000;
}
