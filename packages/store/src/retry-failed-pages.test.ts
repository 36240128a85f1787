import { NumfleetError } from '@numfleet/contracts';
import { expect, test } from 'vitest';
import {
  auditCounts,
  findPage,
  finishCampaigns,
  readCampaignStatus,
  retryFailedPages,
  setCampaignState,
} from './index.ts';
import { claimAnswered, offer } from './testing/test-database.ts';
import { endPage, openTestStores, startCampaign } from './testing/test-stores.ts';

const now = new Date('2026-11-23T10:00:00Z');

const { owner, scheduler, sink, console: operator } = await openTestStores();

const retry = (campaignId: string) =>
  operator.transaction((tx) => retryFailedPages(tx, { campaignId, actor: 'test', now }));

const statusOf = (campaignId: string) => readCampaignStatus(operator, campaignId, now);

/** A campaign of its own whose pages have ended: `/done` done, the others failed for good. */
async function ended(host: string, paths: string[]): Promise<string> {
  const seeds = paths.map((path) => offer(`http://${host}/${path}`));
  const id = await startCampaign(operator, seeds, now, { delayMs: 0, hostConcurrency: 64 });
  const { pages } = await claimAnswered(scheduler, sink, { now });
  const failure = { outcome: 'failed', code: 'http-client-error' } as const;
  for (const page of pages.filter((claimed) => claimed.campaignId === id)) {
    const isDone = 'p' in page.url && page.url.p.endsWith('/done');
    await endPage(sink, page, now, isDone ? {} : failure);
  }
  return id;
}

test('the failed pages of a finished campaign are queued with all their tries, and it is active again (I9)', async () => {
  const id = await ended('retry.test', ['done', 'gone', 'lost']);
  expect(await scheduler.transaction((tx) => finishCampaigns(tx, { now }))).toContain(id);
  expect(await statusOf(id)).toMatchObject({ state: 'finished', pages: { done: 1, failed: 2, queued: 0 } });

  expect(await retry(id)).toBe(2);
  expect(await statusOf(id)).toMatchObject({ state: 'active', pages: { done: 1, failed: 0, queued: 2 } });
  const { host, pageKey } = offer('http://retry.test/gone');
  expect(await findPage(operator, { host, pageKey })).toMatchObject({ state: 'queued', code: null, attempts: 0 });
  expect((await auditCounts(owner, id)).exact).toBe(true);

  const { pages } = await claimAnswered(scheduler, sink, { now });
  expect(pages.filter((page) => page.campaignId === id)).toHaveLength(2);
});

test('a campaign without failed pages stays finished, and the event says that there were none', async () => {
  const id = await ended('clean.test', ['done']);
  await scheduler.transaction((tx) => finishCampaigns(tx, { now }));
  expect(await retry(id)).toBe(0);
  expect((await statusOf(id)).state).toBe('finished');
  const { rows } = await operator.query('select action, details from audit_events where campaign_id = $1', [id]);
  expect(rows).toContainEqual({ action: 'campaign.retried', details: { pages: 0 } });
});

test('a cancelled campaign and one that is not there are refused', async () => {
  const id = await ended('cancelled.test', ['gone', 'done']);
  await operator.transaction((tx) => setCampaignState(tx, { campaignId: id, verb: 'cancel', actor: 'test', now }));
  const refused = (code: string) => expect.objectContaining({ name: NumfleetError.name, code });
  await expect(retry(id)).rejects.toEqual(refused('campaign-state'));
  await expect(retry('999')).rejects.toEqual(refused('campaign-unknown'));
  expect((await statusOf(id)).pages.failed).toBe(1);
});
