import { createLeakScanner } from '@numfleet/leak';
import { hasRedis, startTestRedis } from '@numfleet/queue/testing';
import { type Sites, startSites } from '@numfleet/sites';
import { expect, test } from 'vitest';
import { crawledPages, demoEnvironment, type FleetProcess, startFleetProcess } from './src/index.ts';

test.runIf(hasRedis)(
  'the same crawl gives the same rows with its queues on Redis and in Postgres; I3: Redis never holds a number',
  {
    timeout: 180_000,
  },
  async () => {
    await using redis = await startTestRedis();
    const [onPostgres, onRedis] = await Promise.all([crawlWith({}), crawlWith({ REDIS_URL: redis.url })]);
    expect(onPostgres.rows.pages.length).toBeGreaterThan(40);
    expect(onPostgres.rows.numbers.length).toBeGreaterThan(40);
    expect(onRedis.rows).toEqual(onPostgres.rows);
    expect(onRedis.board.crawl).toBeGreaterThan(40);

    // Nothing that was ever written to Redis holds a number in plain.
    const scanner = createLeakScanner({ numbers: onRedis.plain });
    expect(await scanner.scanFiles(redis.folder)).toEqual([]);
    expect(scanner.scanned().bytes).toBeGreaterThan(100_000);
    await redis.command('SET', 'control', onRedis.plain[0] ?? '');
    expect(await scanner.scanFiles(redis.folder)).toHaveLength(1);
  },
);

/** What a crawl left behind; its rows as they can be compared: without ids, times, order, and what had to be tried twice. */
async function crawlWith(env: Record<string, string>) {
  // Sites of its own: some answer by how often they were asked.
  await using sites = await startSites();
  await using fleet = await startFleetProcess({
    egressHosts: sites.egressHosts,
    env: { ...demoEnvironment, NUMFLEET_CRAWLERS: '1', ...env },
  });
  const { state, counts, campaign } = await crawl(fleet, sites);
  const pages = await crawledPages(fleet.home, campaign);
  const numbers = await fleet.api.numbers(campaign, 'comparing both queues');
  const board = await finishedJobs(fleet);
  const said = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).toSorted();
  const rows = {
    state,
    counts,
    pages: said(pages.map(({ attempts, throttled, workerLosses, ...page }) => page)),
    numbers: said(
      numbers.map(({ number, region, type, sightings }) => {
        return { number, region, type, sightings: said(sightings.map(({ url, source }) => ({ url, source }))) };
      }),
    ),
  };
  return { rows, board, plain: numbers.map(({ number }) => number) };
}

/** How many finished jobs Bull Board shows of each queue. */
async function finishedJobs({ api }: FleetProcess): Promise<Record<string, number>> {
  const stats = await api.get('/queues/api/redis/stats');
  expect(stats.status).toBe(200);
  const { status, text } = await api.get('/queues/api/queues');
  expect(status).toBe(200);
  const { queues } = JSON.parse(text) as { queues: { name: string; counts: { completed: number } }[] };
  return Object.fromEntries(queues.map(({ name, counts }) => [name, counts.completed]));
}

/** Without browsers, whose pages are cut where the machine is too slow, and without hosts that are there to be slow. */
async function crawl(fleet: FleetProcess, { manifest, seeds }: Sites) {
  const hostOf = (url: string) => new URL(url).host;
  const isSlow = ({ code }: { code?: string | undefined }) => /timeout|robots-unreachable|too-large/.test(code ?? '');
  const slow = new Set([
    'library.test',
    'busy-bistro.test',
    ...manifest.pages.filter(isSlow).map(({ url }) => hostOf(url)),
  ]);
  const campaign = await fleet.api.createCampaign({
    name: 'twice',
    purpose: 'comparing both queues',
    seeds: seeds.filter((seed) => !slow.has(hostOf(seed))),
    scope: 'host',
    depth: 2,
    delayMs: 0,
    render: 'never',
    retentionDays: 1,
  });
  const { state, pages: counts } = await fleet.api.finished(campaign, { withinMs: 90_000 });
  return { state, counts, campaign };
}
