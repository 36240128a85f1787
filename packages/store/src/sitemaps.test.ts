import { createHash } from 'node:crypto';
import type { SitemapResult, WireUrl } from '@numfleet/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type ClaimedPage,
  type ClaimedRobots,
  claimPages,
  commitPageResult,
  createCampaign,
  createOfferSitemap,
  createSitemapsOf,
  enqueuePages,
  finishCampaigns,
  type PageCommit,
  readCampaignStatus,
} from './index.ts';
import { answerRobots, offer, resultOf, settingsOf } from './testing/test-database.ts';
import { openTestStores } from './testing/test-stores.ts';

let hosts = 0;
let host = '';

const { scheduler, sink, console: operator } = await openTestStores();

beforeEach(() => {
  hosts += 1;
  host = `map-${hosts}.test`;
});

const offerSitemap = createOfferSitemap({
  toWire: (url) => ({ p: url }),
  pageKeyOf: (url, speaksFor) => createHash('sha256').update(`${speaksFor} ${url}`).digest().subarray(0, 16),
});
const sitemapsOf = createSitemapsOf({ offerSitemap, urlOf: (named) => ('p' in named ? named.p : null) });
const settings = settingsOf({ delayMs: 0, hostConcurrency: 64, sitemaps: true });
let clock = Date.parse('2026-01-01T00:00:00Z');
const now = () => {
  clock += 1_000;
  return new Date(clock);
};

async function start(changes: Partial<typeof settings> = {}) {
  const seeds = [offer(`http://${host}/`)];
  return await operator.transaction((tx) =>
    createCampaign(tx, { settings: { ...settings, ...changes }, seeds, sitemapsOf, actor: 'test', now: now() }),
  );
}

async function claim(): Promise<{ robots: ClaimedRobots[]; pages: ClaimedPage[] }> {
  return await claimPages(scheduler, { now: now(), window: 1_000, leaseMs: 90_000 });
}

async function answer(robots: readonly ClaimedRobots[], named: string[]) {
  const sitemaps: WireUrl[] = named.map((url) => ({ p: url }));
  for (const one of robots) {
    await answerRobots(sink, one, now(), { outcome: 'fetched', status: 200, sitemaps, sitemapsOf });
  }
}

async function rows(kind: 'page' | 'sitemap') {
  const { rows: found } = await operator.query<{ url: { p: string }; state: string; code: string | null }>(
    `select p.url, p.state, p.code from pages p join hosts h on h.id = p.host_id
     where p.kind = $2 and (h.host = $1 or p.sitemap_for = $1) order by p.id`,
    [host, kind],
  );
  return found.map(({ url, state, code }) => `${url.p.replace(`http://${host}`, '')} ${code ?? state}`);
}

function partOf(page: ClaimedPage, part: number, isLast: boolean): SitemapResult {
  const { links: _links, sealed: _sealed, findings: _findings, rejected: _rejected, ...rest } = resultOf(page, now());
  return { ...rest, kind: 'sitemap', part, isLast, http: { status: 200, bytes: 1 }, pages: [], sitemaps: [] };
}

const commit = (result: PageCommit['result'], links: PageCommit['links'] = []) =>
  sink.transaction((tx) => commitPageResult(tx, { result, numbers: [], links }, { now: now(), sitemapsOf }));

const listed = (path: string) => offer(`http://${host}${path}`, { via: 'sitemap', depth: 1 });

describe('sitemaps are looked for', () => {
  test('once an origin: where all have it, and where its robots.txt says; pages wait as ever', async () => {
    const { id } = await start();
    expect(await rows('sitemap')).toEqual(['/sitemap.xml queued']);
    const first = await claim();
    expect(first.pages).toEqual([]);
    await answer(first.robots, [`http://${host}/news.xml`, `http://${host}/sitemap.xml`, 'http://cdn.test/map.xml']);
    const named = ['/sitemap.xml queued', '/news.xml queued', 'http://cdn.test/map.xml queued'];
    expect(await rows('sitemap')).toEqual(named);
    const pages = [offer(`http://${host}/again`)];
    await operator.transaction((tx) =>
      enqueuePages(tx, { campaignId: id, pages, sitemapsOf, actor: 'test', now: now() }),
    );
    expect(await rows('sitemap')).toEqual(named);
  });

  test('by a campaign that comes later too, from what is known of the origin', async () => {
    await start({ sitemaps: false });
    await answer((await claim()).robots, [`http://${host}/news.xml`]);
    expect(await rows('sitemap')).toEqual([]);
    await start();
    expect(await rows('sitemap')).toEqual(['/sitemap.xml queued', '/news.xml queued']);
  });

  test('not within depth 0, and none of an origin of which nothing is fetched', async () => {
    await start({ depth: 0 });
    const seeds = [offer(`http://${host}/x`, { excluded: 'denied' })];
    await operator.transaction((tx) => createCampaign(tx, { settings, seeds, sitemapsOf, actor: 'test', now: now() }));
    expect(await rows('sitemap')).toEqual([]);
  });

  test('I2, I9: whether robots.txt or campaign comes first: at the same time nothing is lost', async () => {
    for (let round = 0; round < 10; round += 1) {
      host = `race-${hosts}-${round}.test`;
      await start({ sitemaps: false });
      const { robots } = await claim();
      await Promise.all([start(), answer(robots, [`http://${host}/news.xml`]), start()]);
      expect(await rows('sitemap')).toEqual(
        expect.arrayContaining(['/sitemap.xml queued', '/news.xml queued', '/sitemap.xml queued', '/news.xml queued']),
      );
      expect(await rows('sitemap')).toHaveLength(4);
    }
  });

  test('I8: 500 a host, and no deeper than three; what is beyond is excluded with the reason', async () => {
    await start();
    const many = Array.from({ length: 501 }, (_, n) => `http://${host}/${n}.xml`);
    await answer((await claim()).robots, many);
    const found = await rows('sitemap');
    expect(found.filter((row) => row.endsWith(' queued'))).toHaveLength(500);
    expect(found.slice(-2)).toEqual(['/499.xml sitemap-limit', '/500.xml sitemap-limit']);
    const deep = { url: `http://${host}/deep.xml`, speaksFor: host, via: 'sitemap', foundOn: null } as const;
    expect(offerSitemap({ ...deep, level: 3 }).excluded).toBeNull();
    expect(offerSitemap({ ...deep, level: 4 }).excluded).toBe('sitemap-limit');
  });
});

describe('what a sitemap lists', () => {
  async function claimSitemap(): Promise<ClaimedPage> {
    await start();
    await answer((await claim()).robots, []);
    const { pages } = await claim();
    for (const page of pages.filter((one) => one.kind === 'page')) await commit(resultOf(page, now()));
    const sitemap = pages.find((page) => page.kind === 'sitemap');
    if (!sitemap) throw new Error('no sitemap was claimed');
    return sitemap;
  }

  test('I2, I8: comes in parts under one lease, each committed once and in order', async () => {
    const sitemap = await claimSitemap();
    expect(await commit(partOf(sitemap, 0, false), [listed('/a')])).toMatchObject({ verdict: 'committed', links: 1 });
    expect(await commit(partOf(sitemap, 0, false), [listed('/again')])).toMatchObject({ verdict: 'stale' });
    // The one between was lost with the queue.
    expect(await commit(partOf(sitemap, 2, true), [listed('/c')])).toMatchObject({ verdict: 'stale' });
    expect(await rows('sitemap')).toEqual(['/sitemap.xml leased']);
    expect(await commit(partOf(sitemap, 1, true), [listed('/b')])).toMatchObject({ verdict: 'committed', links: 1 });
    expect(await rows('sitemap')).toEqual(['/sitemap.xml done']);
    expect(await rows('page')).toEqual(['/ done', '/a queued', '/b queued']);
    expect(await commit(partOf(sitemap, 2, true), [listed('/c')])).toMatchObject({ verdict: 'stale' });
  });

  test('I2: is read anew from its first part under another lease', async () => {
    const sitemap = await claimSitemap();
    await commit(partOf(sitemap, 0, false), [listed('/a')]);
    await scheduler.query(`update pages set state = 'queued', lease_token = null, lease_until = null where id = $1`, [
      sitemap.id,
    ]);
    const again = (await claim()).pages.find((page) => page.id === sitemap.id);
    if (!again) throw new Error('the sitemap was not claimed again');
    expect(await commit(partOf(sitemap, 1, true), [listed('/b')])).toMatchObject({ verdict: 'stale' });
    expect(await commit(partOf(again, 0, true), [listed('/a'), listed('/b')])).toMatchObject({ links: 1 });
    expect(await rows('page')).toEqual(['/ done', '/a leased', '/b queued']);
  });

  test('I7: its request moves the clock of its host, once it is known', async () => {
    const sitemap = await claimSitemap();
    const requestedAt = async () => {
      const { rows: clocks } = await sink.query<{ at: Date }>(
        'select last_requested_at as at from hosts where host = $1',
        [host],
      );
      return clocks[0]?.at.getTime();
    };
    const last = partOf(sitemap, 1, true);
    await commit(partOf(sitemap, 0, false));
    expect(await requestedAt()).toBeLessThan(last.requestedAt ?? 0);
    await commit(last);
    expect(await requestedAt()).toBeGreaterThanOrEqual(last.requestedAt ?? Number.POSITIVE_INFINITY);
  });

  test('I9: adds up, and the campaign ends with its last page and not before', async () => {
    const sitemap = await claimSitemap();
    const { campaignId } = sitemap;
    const finished = () => scheduler.transaction((tx) => finishCampaigns(tx, { now: now() }));
    const excluded = { ...listed('/f'), excluded: 'sitemap-foreign' } as const;
    await commit(partOf(sitemap, 0, false), [listed('/a'), excluded]);
    expect(await finished()).not.toContain(campaignId);
    await commit(partOf(sitemap, 1, true));
    for (const page of (await claim()).pages) await commit(resultOf(page, now()));
    expect(await finished()).toContain(campaignId);
    const status = await readCampaignStatus(operator, campaignId, now());
    expect(status.pages).toEqual({ queued: 0, leased: 0, done: 3, failed: 0, excluded: 1 });
    expect(status.discovered).toBe(4);
  });
});
