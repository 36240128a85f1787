import { describe, expect, test } from 'vitest';
import { commitPageResults } from '../index.ts';
import { claimAnswered, offer, resultOf, sealedNumber, settingsOf } from '../testing/test-database.ts';
import { openTestStores, startCampaign } from '../testing/test-stores.ts';

const { scheduler, sink, console: operator } = await openTestStores();

const now = new Date('2026-01-01T00:00:00Z');
const settings = settingsOf({ delayMs: 0, hostConcurrency: 64 });

/** Commits pages that say what they are told to, in batches, each with a link of its own and one number. */
async function crawl(host: string, contents: readonly (string | undefined)[], batch: number) {
  const seeds = contents.map((_, n) => offer(`http://${host}/${n}`));
  const id = await startCampaign(operator, seeds, now, settings);
  const { pages } = await claimAnswered(scheduler, sink, { now });
  const inOrder = pages.filter((page) => page.campaignId === id).toSorted((a, b) => Number(a.id) - Number(b.id));
  const commits = inOrder.map((page, n) => {
    const content = contents[n];
    const result = resultOf(page, now, content === undefined ? {} : { hostEvidence: { content } });
    const links = [offer(`http://${host}/next/${n}`, { via: 'link', depth: 1 })];
    return { result, links, numbers: [sealedNumber(1)] };
  });
  for (let at = 0; at < commits.length; at += batch) {
    await sink.transaction((tx) => commitPageResults(tx, commits.slice(at, at + batch), { now }));
  }
  const { rows } = await sink.query<{ what: string; count: number }>(
    `select depth || ' ' || coalesce(code, state) as what, count(*)::int as count from pages
     where campaign_id = $1 group by 1 order by 1`,
    [id],
  );
  const sightings = await sink.query('select from sightings where campaign_id = $1', [id]);
  return { ...Object.fromEntries(rows.map(({ what, count }) => [what, count])), sightings: sightings.count };
}

const same = '00112233aabbccdd';

describe('I8: a site that answers alike at any address', () => {
  test.each([1, 5, 50])(
    'is left after ten pages that say the same, in batches of %i; their numbers are kept',
    async (batch) => {
      const crawled = await crawl(`alike-${batch}.test`, Array(14).fill(same), batch);
      expect(crawled).toEqual({ '0 done': 10, '0 duplicate-content': 4, '1 queued': 10, sightings: 14 });
    },
  );

  test('pages that say something of their own, or too little to tell, are none (negative control)', async () => {
    const own = Array.from({ length: 14 }, (_, n) => n.toString(16).padStart(16, '0'));
    expect(await crawl('own.test', own, 50)).toMatchObject({ '0 done': 14, '1 queued': 14 });
    expect(await crawl('short.test', Array(14).fill(undefined), 50)).toMatchObject({ '0 done': 14, '1 queued': 14 });
  });

  test('another host that says the same is another site', async () => {
    await crawl('first.test', Array(10).fill(same), 50);
    expect(await crawl('second.test', Array(10).fill(same), 50)).toMatchObject({ '0 done': 10 });
  });
});
