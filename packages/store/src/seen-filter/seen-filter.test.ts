import { pageKeyBytes } from '@numfleet/contracts';
import { describe, expect, test } from 'vitest';
import {
  type ClaimedPage,
  commitPageResult,
  type OfferedPage,
  readCampaignStatus,
  readSeenKeys,
  takeAnswers,
} from '../index.ts';
import { claimAnswered, offer, resultOf, sealedNumber } from '../testing/test-database.ts';
import { openTestStores, startCampaign } from '../testing/test-stores.ts';

const now = new Date('2026-11-23T10:00:00Z');
let hosts = 0;

const { scheduler, sink, console } = await openTestStores();
/** A campaign of one host, with these pages; the first of them is claimed. */
async function campaignOf(paths: readonly string[]) {
  const host = `http://seen-${hosts++}.test`;
  const pages = paths.map((path, n) => offer(`${host}${path}`, { depth: n }));
  const id = await startCampaign(console, pages, now, { delayMs: 0 });
  return { id, host, pages, claim: () => claimOne(id) };
}

async function claimOne(campaignId: string): Promise<ClaimedPage> {
  const { pages } = await claimAnswered(scheduler, sink, { now, window: 1_000 });
  const page = pages.find((one) => one.campaignId === campaignId);
  if (!page) throw new Error('no page was claimed');
  return page;
}

const keysOf = (pages: readonly OfferedPage[]) => Buffer.concat(pages.map(({ pageKey }) => pageKey));

/** Commits a page of which a filter called the links to those pages known. */
async function commitSeen(page: ClaimedPage, known: readonly OfferedPage[], links: readonly OfferedPage[] = []) {
  const seen = { generation: 3, asked: known.length + links.length, keys: keysOf(known).toString('base64') };
  const result = resultOf(page, now, { seen, findings: 1 });
  return await sink.transaction((tx) =>
    commitPageResult(tx, { result, numbers: [sealedNumber(Number(page.id))], links }, { now }),
  );
}

const answers = () => scheduler.transaction((tx) => takeAnswers(tx, 1));

describe('G42: what a filter called known', () => {
  test('and is, ends the page; every answer is counted once', async () => {
    const { id, pages, host, claim } = await campaignOf(['/', '/a', '/b']);
    const page = await claim();
    const report = await commitSeen(page, pages, [offer(`${host}/new`)]);
    expect(report).toMatchObject({ verdict: 'committed', unseen: 0, links: 1 });
    expect(await commitSeen(page, pages)).toMatchObject({ verdict: 'stale' });
    expect(await answers()).toEqual([{ campaignId: id, generation: 3, asked: 4, calledKnown: 3, wrong: 0 }]);
    expect(await answers()).toEqual([]);
  });

  test('and is not, is counted, and the page comes again without a filter: no link is lost, no number told twice', async () => {
    const { id, pages, host, claim } = await campaignOf(['/']);
    const lost = [offer(`${host}/x`), offer(`${host}/y`)];
    const report = await commitSeen(await claim(), [...pages, ...lost]);
    expect(report).toMatchObject({ verdict: 'committed', unseen: 2, numbers: 1 });
    expect(await answers()).toEqual([{ campaignId: id, generation: 3, asked: 3, calledKnown: 3, wrong: 2 }]);
    const again = await claim();
    expect(again).toMatchObject({ linksInFull: true });
    // A worker that asks a filter all the same is not asked again: a forged result must not go in circles.
    const inFull = await commitSeen(again, [offer(`${host}/forged`)], lost);
    expect(inFull).toMatchObject({ verdict: 'committed', unseen: 0, links: 2, numbers: 0 });
    const { pages: counts, discovered, ...status } = await readCampaignStatus(console, id, now);
    expect(counts).toEqual({ queued: 2, leased: 0, done: 1, failed: 0, excluded: 0 });
    expect({ discovered, numbers: status.numbers }).toEqual({ discovered: 3, numbers: 1 });
  });

  test('of another campaign or host is not known', async () => {
    const other = await campaignOf(['/']);
    const { claim } = await campaignOf(['/']);
    expect(await commitSeen(await claim(), other.pages)).toMatchObject({ unseen: 1 });
    await answers();
  });

  test('and was too deep where it was met, may be met again', async () => {
    const { id, pages, host, claim } = await campaignOf(['/']);
    const deep = offer(`${host}/deep`, { excluded: 'too-deep' });
    expect(await commitSeen(await claim(), pages, [deep])).toMatchObject({ unseen: 0 });
    await sink.query("update pages set state = 'queued' where campaign_id = $1 and state = 'done'", [id]);
    expect(await commitSeen(await claim(), [...pages, deep])).toMatchObject({ unseen: 1 });
    await answers();
  });
});

test('G42: a filter is made of every page that is known, but for those that may be met again', async () => {
  const { id, pages, host, claim } = await campaignOf(Array.from({ length: 30 }, (_, n) => `/${n}`));
  const links = [offer(`${host}/deep`, { excluded: 'too-deep' }), offer(`${host}/denied`, { excluded: 'denied' })];
  await commitSeen(await claim(), pages, links);
  const keys = Buffer.concat(await Array.fromAsync(readSeenKeys(scheduler, id)));
  const split = (bytes: Buffer) =>
    Array.from({ length: bytes.length / pageKeyBytes }, (_, n) =>
      bytes.subarray(n * pageKeyBytes, (n + 1) * pageKeyBytes).toString('hex'),
    );
  expect(new Set(split(keys))).toEqual(new Set(split(keysOf([...pages, ...links.slice(1)]))));
  await answers();
});
