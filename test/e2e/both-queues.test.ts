import { createLeakScanner } from '@numfleet/leak';
import { hasRedis, startTestRedis } from '@numfleet/queue/testing';
import { type Sites, startSites } from '@numfleet/sites';
import { expect, test } from 'vitest';
import { encodings, leakOf } from './leaks/encodings.ts';
import { crawlMapped, mappedPages, mappedSite } from './mapped-site.ts';
import {
  crawledPages,
  demoEnvironment,
  type FleetProcess,
  quickHosts,
  servePages,
  startFleetProcess,
} from './src/index.ts';

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
    const mapped = { pages: mappedPages, addresses: [{ address: '127.0.0.1' }] };
    expect([onPostgres.mapped, onRedis.mapped]).toEqual([mapped, mapped]);
    expect(onRedis.board.crawl).toBeGreaterThan(40);

    // Nothing that was ever written to Redis holds a number in plain.
    const scanner = createLeakScanner({ numbers: onRedis.plain });
    expect(await scanner.scanFiles(redis.folder)).toEqual([]);
    expect(scanner.scanned().bytes).toBeGreaterThan(100_000);
    const { leak, numbers } = leakOf(
      encodings.filter(({ isText }) => isText),
      0,
    );
    await redis.command('SET', 'control', leak.toString());
    expect(await createLeakScanner({ numbers }).scanFiles(redis.folder)).toHaveLength(numbers.length);
  },
);

/** What a crawl left behind; its rows as they can be compared: without ids, times, order, and what had to be tried twice. */
async function crawlWith(env: Record<string, string>) {
  // Sites of its own: some answer by how often they were asked.
  await using sites = await startSites();
  await using server = await servePages(mappedSite);
  await using fleet = await startFleetProcess({
    egressHosts: `${sites.egressHosts},${server.egressHosts}`,
    env: { ...demoEnvironment, NUMFLEET_CRAWLERS: '1', ...env },
  });
  const [{ state, counts, campaign }, mapped] = await Promise.all([crawl(fleet, sites), crawlMapped(fleet)]);
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
  return { rows, mapped, board, plain: numbers.map(({ number }) => number) };
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
async function crawl(fleet: FleetProcess, sites: Sites) {
  const quick = quickHosts(sites);
  const campaign = await fleet.api.createCampaign({
    name: 'twice',
    purpose: 'comparing both queues',
    seeds: sites.seeds.filter((seed) => quick.has(new URL(seed).host)),
    scope: 'host',
    depth: 2,
    delayMs: 0,
    render: 'never',
    retentionDays: 1,
  });
  const { state, pages: counts } = await fleet.api.finished(campaign, { withinMs: 90_000 });
  return { state, counts, campaign };
}
