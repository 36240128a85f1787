import { NumfleetError } from '@numfleet/contracts';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  auditCounts,
  commitPageResult,
  createCampaign,
  findPage,
  finishCampaigns,
  readCampaignStatus,
  retryFailedPages,
  type Store,
  setCampaignState,
} from './index.ts';
import {
  claimAnswered,
  createTestDatabase,
  offer,
  resultOf,
  settingsOf,
  type TestDatabase,
} from './testing/test-database.ts';

const now = new Date('2026-11-23T10:00:00Z');

let database: TestDatabase;
let scheduler: Store;
let sink: Store;
let operator: Store;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
  scheduler = database.store('numfleet_scheduler');
  sink = database.store('numfleet_sink');
  operator = database.store('numfleet_console');
});

afterAll(() => database[Symbol.asyncDispose]());

const retry = (campaignId: string) =>
  operator.transaction((tx) => retryFailedPages(tx, { campaignId, actor: 'test', now }));

const statusOf = (campaignId: string) => readCampaignStatus(operator, campaignId, now);

/** A campaign of its own whose pages have ended: `/done` done, the others failed for good. */
async function ended(host: string, paths: string[]): Promise<string> {
  const seeds = paths.map((path) => offer(`http://${host}/${path}`));
  const settings = settingsOf({ delayMs: 0, hostConcurrency: 64 });
  const { id } = await operator.transaction((tx) => createCampaign(tx, { settings, seeds, actor: 'test', now }));
  const { pages } = await claimAnswered(scheduler, sink, { now });
  const failure = { outcome: 'failed', code: 'http-client-error' } as const;
  for (const page of pages.filter((claimed) => claimed.campaignId === id)) {
    const isDone = 'p' in page.url && page.url.p.endsWith('/done');
    const result = resultOf(page, now, isDone ? {} : failure);
    await sink.transaction((tx) => commitPageResult(tx, { result, numbers: [], links: [] }, { now }));
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
  expect((await auditCounts(database.store('numfleet_owner'), id)).exact).toBe(true);

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
