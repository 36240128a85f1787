import { appendFile, copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createLeakScanner, type Leak, type LeakScanner } from '@numfleet/leak';
import { demoDepth } from '@numfleet/sites';
import { type OtlpReceiver, startOtlpReceiver } from '@numfleet/telemetry/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  adminAnswers,
  apiAnswers,
  bullBoard,
  connect,
  type FleetUnderTest,
  processTable,
  queueRows,
  type Surface,
  startFleetUnderTest,
  until,
} from './src/index.ts';

/** I3: the numbers of the demo web stand nowhere outside of an audited reveal. */
let fleet: FleetUnderTest;
let collector: OtlpReceiver;
let numbers: string[];
let campaign: string;
/** What was seen of each surface, and what leaked, while the crawl ran and after it. */
const watched = new Map<string, { scanner: LeakScanner; leaks: Leak[]; labels: Set<string> }>();
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  collector = stack.use(await startOtlpReceiver());
  // All that a log can say, and all spans.
  const env = { NUMFLEET_LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  fleet = stack.use(await startFleetUnderTest({ env, extraPages: 60 }));
  const { api, sites, home } = fleet;
  numbers = [...new Set(sites.manifest.pages.flatMap(({ expected }) => expected.map(({ number }) => number)))];
  campaign = await api.createCampaign({
    name: 'leaks',
    purpose: 'test of what leaks',
    seeds: sites.seeds,
    depth: demoDepth,
    delayMs: 0,
    hostConcurrency: 4,
    retentionDays: 1,
  });
  const lookAtQueues = async () => {
    watch('queue rows', await queueRows(home));
    watch('Bull Board', await bullBoard(fleet));
  };
  const look = async () => {
    await lookAtQueues();
    watch('API', await apiAnswers(fleet, campaign));
    watch('metrics', await adminAnswers(home));
    watch('process table', await processTable(fleet));
    await watchFiles('profiles of browsers', join(home, 'run'));
  };
  // So many pages are in work that enough results are still to come; a look at everything would take too long here.
  await until(
    'pages in work',
    30_000,
    async () => ((await api.status(campaign)).pages.leased ?? 0) >= 2 * leastResults,
    10,
  );
  const sealedSeen = await whileSinkStands(lookAtQueues);
  const { state } = await api.finished(campaign, { withinMs: 90_000, everyMs: 500, onStatus: look });
  expect(sealedSeen).toBeGreaterThanOrEqual(leastResults);
  expect(state).toBe('finished');
  // All that an operator may do with the numbers, so that the traces of it are looked at too.
  const revealed = await api.numbers(campaign, 'test of what leaks');
  expect(revealed.map(({ number }) => number).toSorted()).toEqual(numbers.toSorted());
  const sensitive = sites.manifest.pages.filter(({ kind }) => kind === 'number-in-url').map(({ url }) => url);
  for (const url of sensitive) watch('API', [{ label: 'page', text: JSON.stringify(await api.findPage(url)) }]);
  await look();
  watch('terminal', [{ label: 'numfleet up', text: fleet.output() }]);
  await watchFiles('logs', join(home, 'logs'));
  const isCommitted = async () => collector.spans().filter(({ name }) => name === 'commit').length >= leastResults;
  await until('the last spans', 10_000, isCommitted);
  for (const { headers, body } of collector.requests()) {
    watch('what a collector gets', [
      { label: 'export', text: `${JSON.stringify(headers)}\n${body.toString('latin1')}` },
    ]);
  }
  watch('what a collector gets', [{ label: 'decoded', text: JSON.stringify(collector.spans()) }]);
  await checkpoint();
  await watchFiles('raw files of the database', join(home, 'postgres'));
}, 180_000);
afterAll(() => stack.disposeAsync(), 90_000);

const leastResults = 10;

/**
 * With the sink stopped, results wait in their queue, where they can be looked at; gives how many did. Not for 15 s: the
 * supervisor would take it for hung, and replace it.
 */
async function whileSinkStands(look: () => Promise<void>): Promise<number> {
  const sink = (await fleet.processes()).find(({ command }) => command.includes('apps/sink/'));
  if (sink === undefined) throw new Error('there is no sink');
  process.kill(sink.pid, 'SIGSTOP');
  try {
    const waiting = await until('results that wait for the sink', 10_000, async () => {
      const rows = await queueRows(fleet.home);
      const results = rows.filter(({ text }) => /^\(results,lease-[^,]+,\d+,page,/.test(text)).length;
      return results >= leastResults && results;
    });
    await look();
    return waiting;
  } finally {
    process.kill(sink.pid, 'SIGCONT');
  }
}

function surface(name: string) {
  const known = watched.get(name) ?? { scanner: createLeakScanner({ numbers }), leaks: [], labels: new Set() };
  watched.set(name, known);
  return known;
}

function watch(name: string, surfaces: readonly Surface[]): void {
  const { scanner, leaks, labels } = surface(name);
  for (const { label, text } of surfaces) {
    labels.add(label);
    leaks.push(...scanner.scanText(label, text));
  }
}

async function watchFiles(name: string, folder: string): Promise<void> {
  const { scanner, leaks } = surface(name);
  leaks.push(...(await scanner.scanFiles(folder)));
}

async function checkpoint(): Promise<void> {
  await using admin = await connect(fleet.home, 'postgres');
  await admin.query('checkpoint');
}

describe('I3: no number of the demo web is in', () => {
  test.each([
    // The least of it that must have been looked at, bytes: a scan of nothing finds nothing.
    ['queue rows', 100_000],
    ['Bull Board', 100_000],
    ['API', 100_000],
    ['metrics', 100_000],
    ['process table', 100_000],
    ['profiles of browsers', 10_000],
    ['what a collector gets', 100_000],
    ['terminal', 100],
    ['logs', 100_000],
    ['raw files of the database', 30_000_000],
  ])('%s', (name, leastBytes) => {
    const { scanner, leaks } = surface(name);
    const { texts, bytes } = scanner.scanned();
    console.info(`${name}: ${texts} texts, ${bytes} bytes, ${leaks.length} leaks of ${numbers.length} numbers`);
    expect(bytes).toBeGreaterThan(leastBytes);
    expect(leaks).toEqual([]);
  });

  test('what was looked at held the jobs, and the services with their metrics', () => {
    expect([...surface('queue rows').labels]).toContain('row of bullmq.job');
    expect(
      [...surface('Bull Board').labels].filter((label) => /\/crawl\/[\w-]{36}/.test(label)).length,
    ).toBeGreaterThan(9);
    expect([...surface('metrics').labels].filter((label) => label.endsWith('/metrics')).length).toBe(5);
  });
});

test('the collector got the traces of the crawl, of all services that take part', () => {
  const spans = collector.spans();
  const services = new Set(spans.map(({ process }) => process));
  expect([...services].sort()).toEqual(['crawler-1', 'crawler-2', 'scheduler', 'sink']);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const committed = spans.filter(({ name }) => name === 'commit');
  expect(committed.length).toBeGreaterThan(leastResults);
  for (const commit of committed) {
    const ancestors: string[] = [];
    for (let span = spans.find(({ spanId }) => spanId === commit.parentSpanId); span; ) {
      ancestors.push(span.name);
      const { parentSpanId } = span;
      span = spans.find(({ spanId }) => spanId === parentSpanId);
    }
    expect(ancestors).toEqual(['hand-on', 'crawl', 'dispatch']);
  }
  expect(spans.filter(({ parentSpanId }) => parentSpanId !== '' && !ids.has(parentSpanId))).toEqual([]);
});

describe('positive controls: a number that is planted is found in', () => {
  const scan = () => createLeakScanner({ numbers });
  const planted = () => numbers.at(-1) ?? '';
  const index = () => numbers.length - 1;

  test('a log line', async () => {
    const copy = join(fleet.home, 'sink.copy');
    await copyFile(join(fleet.home, 'logs', 'sink.log'), copy);
    await appendFile(copy, `${JSON.stringify({ msg: `committed ${planted()}` })}\n`);
    expect(await scan().scanFiles(copy)).toMatchObject([{ number: index() }]);
  });

  test('the raw files of the database, table and WAL, after a checkpoint', async () => {
    await using admin = await connect(fleet.home, 'postgres');
    await admin.query('create database scratch');
    await using scratch = await connect(fleet.home, 'scratch');
    await scratch.query('create table planted (number text)');
    const [segment] = await scratch.query<{ name: string }>('select pg_walfile_name(pg_current_wal_lsn()) as name');
    await scratch.query('insert into planted values ($1)', [planted()]);
    await checkpoint();
    const data = join(fleet.home, 'postgres', 'data');
    const [file] = await scratch.query<{ path: string }>("select pg_relation_filepath('planted') as path");
    const table = join(data, file?.path ?? '');
    const log = join(data, 'pg_wal', segment?.name ?? '');
    const leaks = await scan().scanFiles([dirname(table), log]);
    expect(leaks.map(({ label, number }) => ({ label, number }))).toEqual([
      { label: table, number: index() },
      { label: log, number: index() },
    ]);
  });

  test('a row of the queue', async () => {
    await using queue = await connect(fleet.home, 'numfleet_queue');
    await queue.query('create table planted as select $1::text as number', [planted()]);
    const scanner = scan();
    const leaks = (await queueRows(fleet.home)).flatMap(({ label, text }) => scanner.scanText(label, text));
    expect(leaks).toMatchObject([{ label: 'row of public.planted', number: index() }]);
  });
});
