import type { CampaignSettings, RenderDecision } from '@numfleet/contracts';
import { describe, expect, test } from 'vitest';
import { type ClaimedPage, commitPageResults, findPage, readCampaignStatus, readRenderEvidence } from './index.ts';
import { claimAnswered, offer, resultOf } from './testing/test-database.ts';
import { openTestStores, startCampaign } from './testing/test-stores.ts';

const now = new Date('2026-11-23T10:00:00Z');

const { scheduler, sink, console } = await openTestStores();
/** A campaign of its own on a host of its own, its pages claimed. */
async function claimed(host: string, pages: number, settings: Partial<CampaignSettings> = {}) {
  const seeds = Array.from({ length: pages }, (_, page) => offer(`http://${host}/${page}`));
  const id = await startCampaign(console, seeds, now, { delayMs: 0, hostConcurrency: 64, ...settings });
  const claim = await claimAnswered(scheduler, sink, { now });
  return { id, pages: claim.pages.filter(({ campaignId }) => campaignId === id) };
}

function told(page: ClaimedPage, decision: RenderDecision, gained: boolean | null = null, kind = 1) {
  const http = { status: 200, bytes: 1, rendered: gained !== null };
  return {
    result: resultOf(page, now, { http, hostEvidence: { render: { kind, decision, gained } } }),
    numbers: [],
    links: [],
  };
}

const commit = (commits: ReturnType<typeof told>[]) =>
  sink.transaction((tx) => commitPageResults(tx, commits, { now }));

type Five = [ClaimedPage, ClaimedPage, ClaimedPage, ClaimedPage, ClaimedPage];

const statesOf = async (campaign: string) => (await readCampaignStatus(console, campaign, now)).pages;

async function needed(page: ClaimedPage | undefined): Promise<boolean | undefined> {
  const evidence = await readRenderEvidence(scheduler, [page?.originId ?? '']);
  return evidence.get(page?.originId ?? '')?.find(({ kind }) => kind === 1)?.needsBrowser;
}

describe('what a host has shown about rendering', () => {
  test('one page that gains by it, and those like it that looked whole are queued again', async () => {
    const { id, pages } = await claimed('misleads.example', 5);
    const [first, second, other, sample, late] = pages as Five;
    await commit([told(first, 'looks-whole'), told(second, 'no-scripts'), told(other, 'looks-whole', null, 2)]);
    expect(await statesOf(id)).toMatchObject({ done: 3, queued: 0, leased: 2 });
    await commit([told(sample, 'sample', true)]);
    expect(await needed(first)).toBe(true);
    // The one of its kind with scripts; one without and one of another kind are as they would be in a browser.
    expect(await statesOf(id)).toMatchObject({ done: 3, queued: 1, leased: 1 });
    // One that was under way when it turned out.
    await commit([told(late, 'looks-whole')]);
    expect(await statesOf(id)).toMatchObject({ done: 3, queued: 2, leased: 0 });
    const again = await claimAnswered(scheduler, sink, { now });
    await commit(again.pages.map((page) => told(page, 'host', true)));
    expect(await statesOf(id)).toMatchObject({ done: 5, queued: 0, leased: 0 });
    const found = await findPage(console, {
      host: 'misleads.example',
      pageKey: offer('http://misleads.example/0').pageKey,
    });
    expect(found).toMatchObject({
      renderDecision: 'host',
      renderGained: true,
      rereads: 1,
      likeCompared: 3,
      likeGained: 3,
      likeNeedBrowser: true,
    });
  });

  test('of two that commit at once, one with the news, one with a page that looked whole, none is missed', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { id, pages } = await claimed(`races-${round}.example`, 2);
      const [one, two] = pages as [ClaimedPage, ClaimedPage];
      await Promise.all([commit([told(one, 'sample', true)]), commit([told(two, 'looks-whole')])]);
      expect(await statesOf(id)).toMatchObject({ done: 1, queued: 1 });
    }
  });

  test('20 in a row that gain nothing, and it is not needed any more', async () => {
    const { pages } = await claimed('mends.example', 23);
    const [first, ...rest] = pages as [ClaimedPage, ...ClaimedPage[]];
    expect(await needed(first)).toBeUndefined();
    await commit([told(first, 'sample', true)]);
    await commit(rest.slice(0, 19).map((page) => told(page, 'host', false)));
    expect(await needed(first)).toBe(true);
    await commit(rest.slice(19, 20).map((page) => told(page, 'host', false)));
    expect(await needed(first)).toBe(false);
    await commit(rest.slice(20).map((page) => told(page, 'form', true)));
    expect(await needed(first)).toBe(false);
  });

  test('pages that fail, or were rendered for their own form, say nothing of others', async () => {
    const { pages } = await claimed('says-nothing.example', 2);
    const [one, two] = pages as [ClaimedPage, ClaimedPage];
    const failed = told(one, 'host', true);
    await commit([
      { ...failed, result: { ...failed.result, outcome: 'failed', code: 'render-timeout' } },
      told(two, 'form', true),
    ]);
    expect(await needed(one)).toBeUndefined();
  });
});
