import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { createCampaign, createOfferPage, enqueuePages, readCampaignStatus, type Store } from '../index.ts';
import { createTestDatabase, offer, settingsOf } from '../testing/test-database.ts';
import { countShapes } from './shape-counts.ts';

const shaped = (host: string, n: number, most: number) => ({
  ...offer(`http://${host}/?q=${n}`),
  shape: { key: createHash('sha256').update(String(n)).digest().subarray(0, 16), most, code: 'trap-facets' as const },
});

describe('how many of a shape are admitted', () => {
  test('as many as it allows, a host; forms beyond 2,000 a host share one', () => {
    const counts = countShapes(new Map(), new Map());
    expect([1, 2, 3].map(() => counts.take(shaped('a.test', 7, 2)))).toEqual([null, null, 'trap-facets']);
    expect(counts.take(shaped('b.test', 7, 2))).toBeNull();
    expect(counts.changes().map(({ host, urls }) => [host, urls])).toEqual([
      ['a.test', 2],
      ['b.test', 1],
    ]);
    const many = Array.from({ length: 4_000 }, (_, n) => counts.take(shaped('c.test', n, 2)));
    expect(many.filter((code) => code === null)).toHaveLength(3_000);
    expect(counts.changes().filter(({ host }) => host === 'c.test')).toHaveLength(2_001);
    expect(counts.take(offer('http://c.test/plain'))).toBeNull();
  });
});

describe('I8: a site without end', () => {
  let operator: Store;
  let sink: Store;
  const offerPage = createOfferPage({
    toWire: (url) => ({ p: url }),
    pageKeyOf: (url) => createHash('sha256').update(url).digest().subarray(0, 16),
    domainOf: () => null,
    now: () => new Date('2026-11-23T12:00:00Z'),
  });
  const now = new Date('2026-11-23T12:00:00Z');
  const settings = settingsOf({ maxPages: 100_000, depth: 1_000 });

  beforeAll(async () => {
    const database = await createTestDatabase(inject('postgresUrl'));
    operator = database.store('numfleet_console');
    sink = database.store('numfleet_sink');
    return async () => await database[Symbol.asyncDispose]();
  });

  /** Offers paths as links of one page after the other, and gives how many rows have which state or code. */
  async function follow(host: string, paths: readonly string[]) {
    const seeds = [offer(`http://${host}/`)];
    const { id } = await operator.transaction((tx) => createCampaign(tx, { settings, seeds, actor: 'test', now }));
    const scope = { settings, hosts: new Set([host]) };
    for (let at = 0; at < paths.length; at += 500) {
      const pages = paths
        .slice(at, at + 500)
        .map((path) => offerPage({ url: `http://${host}${path}`, via: 'link', depth: 1, foundOn: null }, scope));
      await operator.transaction((tx) => enqueuePages(tx, { campaignId: id, pages, actor: 'test', now }));
    }
    const { rows } = await sink.query<{ code: string; count: number }>(
      `select coalesce(code, state) as code, count(*)::int as count from pages where campaign_id = $1 group by 1`,
      [id],
    );
    const { excludedOverflow, discovered } = await readCampaignStatus(operator, id, now);
    return { ...Object.fromEntries(rows.map(({ code, count }) => [code, count])), excludedOverflow, discovered };
  }

  test('of combinations 1,000 of a path are followed; the others are rows with the reason, or counted', async () => {
    const paths = Array.from({ length: 1_500 }, (_, n) => `/list?colour=${n}&size=${n % 7}&sort=${n % 3}`);
    expect(await follow('facets.test', [...paths, ...paths.slice(0, 1_000)])).toEqual({
      ...{ queued: 1_001, 'trap-facets': 100, excludedOverflow: 400, discovered: 1_101 },
    });
  });

  test('of a calendar 400 pages are followed, and none beyond two years from now', async () => {
    const days = Array.from({ length: 600 }, (_, n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
    const far = Array.from({ length: 20 }, (_, n) => `/far/${2029 + n}/01`);
    const followed = await follow('calendar.test', [...days.map((day) => `/day/${day}`), ...far]);
    expect(followed).toEqual({ queued: 401, 'trap-calendar': 100, excludedOverflow: 120, discovered: 501 });
  });

  test('what has no end in numbers is followed as far as the campaign says (negative control)', async () => {
    const paths = Array.from({ length: 1_500 }, (_, n) => `/entry/${n}`);
    expect(await follow('plain.test', paths)).toMatchObject({ queued: 1_501, excludedOverflow: 0 });
  });
});
