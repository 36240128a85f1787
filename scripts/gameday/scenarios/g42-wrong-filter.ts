import { createHash } from 'node:crypto';
import { addKey, openFilter, pageKeyBytes, shapeOf } from '@numfleet/contracts';
import { crawledPages, until } from '@numfleet/e2e';
import { createStore } from '@numfleet/store';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { createMaze } from '../inject/maze.ts';
import { giveWrongFilter, sizedFor } from '../inject/wrong-filter.ts';
import { clusterUrl } from './cluster-url.ts';
import { assertion, atMost, sumOverFleet } from './measure.ts';
import { openPagesField, type PagesField } from './pages-field.ts';

interface KnownFilter {
  generation: number;
  state: string;
}

const maze = createMaze(3_000);
const site = 'http://maze.test';
const pages = new Map(maze.paths.map((path, page) => [`${site}${path}`, maze.html(page)]));

/** A surge of false positives that nobody saw: URLs were taken for known, and never crawled. */
export const g42 = defineScenario<PagesField>({
  id: 'G42',
  title: 'The filter over known pages takes everything for known',
  deadlineMs: 420_000,
  open: () => openPagesField(pages, { env: { NUMFLEET_SEEN_FILTER_FROM: '300' } }),
  faults: [surging()],
});

function surging(): Fault<PagesField> {
  return {
    title: 'a filter that was built for 1 % of the keys that it stands for',
    signal: {
      ...{ metric: 'numfleet_seen_filter_alarms_total', labels: {}, least: 1, withinSeconds: 240 },
      elsewhere: { metric: 'numfleet_breaker_changes_total', labels: { breaker: 'open' } },
    },
    async inject(field) {
      const { fleet } = field;
      const campaign = await fleet.api.createCampaign({
        ...{ name: 'game day', purpose: 'game day', seeds: [`${site}/`], depth: 1_000, delayMs: 0 },
        ...{ hostConcurrency: 16, retentionDays: 1, render: 'never', sitemaps: false },
      });
      await until('a filter that is live', 180_000, async () => (await filtersOf(field, campaign)).some(isLive));
      const truthUrl = await clusterUrl(fleet.home, 'numfleet');
      const queueUrl = await clusterUrl(fleet.home, 'numfleet_queue');
      const wrong = await giveWrongFilter({ truthUrl, queueUrl, redisUrl: process.env.REDIS_URL }, campaign);
      return {
        async hold() {
          const bypassed = await until('the wrong filter to be bypassed', 120_000, async () =>
            (await filtersOf(field, campaign)).every(
              ({ generation, state }) => generation !== wrong || state !== 'live',
            ),
          );
          const swapped = await until('a new filter', 200_000, async () => {
            const filters = await filtersOf(field, campaign);
            return filters.some((one) => one.generation > wrong && isLive(one)) && filters.length === 1;
          }).catch(() => false);
          return [
            assertion('it is bypassed', bypassed, 'yes'),
            assertion('a new one is built, tried and given to all; it is dropped', swapped, swapped ? 'yes' : 'no'),
            ...(await nothingLost(field, campaign)),
          ];
        },
        async [Symbol.asyncDispose]() {
          await fleet.api.change(campaign, 'cancel').catch(() => {});
        },
      };
    },
    defenceOff: { title: 'what it calls known is believed', run: async () => believing() },
  };
}

const isLive = ({ state }: KnownFilter) => state === 'live';

async function filtersOf({ fleet }: PagesField, campaign: string): Promise<KnownFilter[]> {
  const connectionString = await clusterUrl(fleet.home, 'numfleet');
  await using store = createStore({ connectionString, applicationName: 'gameday', max: 1 });
  const { rows } = await store.query<KnownFilter>(
    'select generation, state from seen_filters where campaign_id = $1 order by generation',
    [campaign],
  );
  return rows;
}

/** What the site was asked for, and what the fleet says of it. */
async function nothingLost(field: PagesField, campaign: string): Promise<Assertion[]> {
  await until(
    'the campaign to end',
    240_000,
    async () => (await field.fleet.api.status(campaign)).state === 'finished',
  );
  const { asked } = field.server;
  const missed = maze.paths.filter((path) => !asked.has(`${site}${path}`)).length;
  const again = [...asked.values()].reduce((sum, times) => sum + times - 1, 0);
  const rows = await crawledPages(field.fleet.home, campaign);
  const done = rows.filter(({ state }) => state === 'done').length;
  const told = rows.reduce((sum, { rereads }) => sum + rereads, 0);
  const wrong = await sumOverFleet(field, { metric: 'numfleet_links_called_known_total', labels: {} });
  return [
    atMost('pages of the site that were not asked for', missed, 0, 'pages'),
    assertion('every page is done', done === maze.paths.length, `${done} of ${maze.paths.length}`),
    assertion('pages that came again are told of', told > 0 && again === told, `${again} at the site, ${told} told`),
    assertion('links that it called known and were not', wrong >= told, `${wrong}, of ${told} pages`),
  ];
}

/** A crawl of the same site, of which a filter that is as wrong calls a third known. */
function believing(): Assertion[] {
  const keyOf = (page: number) => createHash('sha256').update(`${page}`).digest().subarray(0, pageKeyBytes);
  const known = maze.paths.length / 3;
  const { bytes, hashes } = shapeOf(known * sizedFor, 1 << 20);
  const bits = new Uint8Array(bytes);
  for (let page = 0; page < known; page += 1) addKey(bits, hashes, keyOf(page));
  const filter = openFilter(bits, hashes);
  const reached = new Set(Array.from({ length: known }, (_, page) => page));
  for (const page of reached) for (const to of maze.linksOf(page)) if (!filter.has(keyOf(to))) reached.add(to);
  return [atMost('pages of the site that were not asked for', maze.paths.length - reached.size, 0, 'pages')];
}
