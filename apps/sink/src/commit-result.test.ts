import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CampaignSettings, PageResult, WireUrl } from '@numfleet/contracts';
import { registrableDomain } from '@numfleet/egress/rules';
import { createPageKeyer, createUrlCodec, sealFindings } from '@numfleet/privacy';
import {
  createLocalKeyProvider,
  createNumberVault,
  createSuppressor,
  generateKeys,
  loadInsideKeys,
} from '@numfleet/privacy/inside';
import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import { reveal } from '@numfleet/privacy/reveal';
import {
  type ClaimedPage,
  createCampaign,
  createOfferPage,
  createOfferSitemap,
  createSitemapsOf,
  listNumbers,
  readCampaignKey,
  retryPolicy,
  widenScope,
} from '@numfleet/store';
import { claimAnswered, createTestDatabase, resultOf, settingsOf, type TestDatabase } from '@numfleet/store/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createCommitPages } from './commit-pages.ts';
import { createCommitResult } from './commit-result.ts';
import { createCommitRobots } from './commit-robots.ts';
import { createOpenResult, createUrlOpener } from './open-result.ts';
import { createPrepareCommits } from './prepare-commits.ts';

const number = '+442079460958';
let folder: string;
let keys: Awaited<ReturnType<typeof loadKeys>>;
let database: TestDatabase;
let hosts = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'numfleet-sink-'));
  await generateKeys(path.join(folder, 'keys'));
  keys = await loadKeys();
  database = await createTestDatabase(inject('postgresUrl'));
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function loadKeys() {
  const names = [
    'sealing-private',
    'sealing-public',
    'number-index',
    'number-storage',
    'suppression',
    'url',
    'page',
  ] as const;
  return await loadInsideKeys(path.join(folder, 'keys'), names);
}

function createSink() {
  const store = database.store('numfleet_sink');
  const urls = createUrlCodec({ key: keys.url });
  const pageKeyOf = createPageKeyer({ key: keys.page });
  const offerPage = createOfferPage({ toWire: urls.toWire, pageKeyOf, domainOf: registrableDomain });
  const master = createLocalKeyProvider({ id: 'master', key: keys['number-storage'] });
  const vault = createNumberVault({ indexKey: keys['number-index'], master });
  const suppressor = createSuppressor({ key: keys.suppression });
  const offerSitemap = createOfferSitemap({ toWire: urls.toWire, pageKeyOf });
  const sitemapsOf = createSitemapsOf({ offerSitemap, urlOf: createUrlOpener(urls) });
  const judging = { offerPage, offerSitemap, domainOf: registrableDomain };
  const emit = () => {};
  const commitResults = createCommitResult({
    openResult: createOpenResult({ privateKeys: [keys['sealing-private']], urls }),
    prepareCommits: createPrepareCommits({ store, vault, suppressor, ...judging }),
    commitPages: createCommitPages({ store, policy: retryPolicy, sitemapsOf, emit }),
    commitRobots: createCommitRobots({ store, urls, policy: retryPolicy, sitemapsOf, emit }),
    emit,
  });
  return { store, urls, vault, offerPage, sitemapsOf, commitResults };
}

/** A campaign on hosts of its own, with its pages leased. */
async function leasePages(paths: string[], changes: Partial<CampaignSettings> = {}) {
  const { offerPage } = createSink();
  const settings = settingsOf({ delayMs: 0, hostConcurrency: 64, ...changes });
  hosts += 1;
  const host = `site-${hosts}.test`;
  const now = new Date();
  const seeds = paths.map((one) =>
    offerPage({ url: `http://${host}${one}`, via: 'seed', depth: 0, foundOn: null }, { settings, hosts: new Set() }),
  );
  const campaign = await database.store('numfleet_console').transaction(async (tx) => {
    const created = await createCampaign(tx, { settings, seeds, actor: 'test', now });
    await widenScope(tx, created.id, [host]);
    return created.id;
  });
  const { pages } = await claimAnswered(database.store('numfleet_scheduler'), database.store('numfleet_sink'), { now });
  return { campaign, host, pages: pages.filter((page) => page.campaignId === campaign) };
}

async function sealedResult(page: ClaimedPage, changes: Partial<PageResult> = {}, region = 'GB'): Promise<PageResult> {
  const finding = {
    number: createPhoneNumber(number),
    region,
    type: 'fixed_line',
    source: 'text',
    label: null,
    confidence: 0.9,
  } as const;
  const context = { pageId: page.id, leaseToken: page.leaseToken };
  const sealed = await sealFindings({ publicKey: keys['sealing-public'], context, findings: [finding] });
  return resultOf(page, new Date(), { sealed, findings: 1, ...changes });
}

async function pageRows(campaign: string) {
  const { urls } = createSink();
  const { rows } = await database
    .store('numfleet_owner')
    .query<{ url: { p: string }; state: string; code: string | null; depth: number }>(
      'select url, state, code, depth from pages where campaign_id = $1 order by id',
      [campaign],
    );
  return rows.map(({ url, ...row }) => ({ url: urls.fromWire(url), ...row }));
}

async function plainNumbers(campaign: string): Promise<string[]> {
  const { store, vault } = { ...createSink(), store: database.store('numfleet_console') };
  const plain: string[] = [];
  const key = await readCampaignKey(store, campaign);
  const numbers = await vault.open(campaign, key?.wrapped ?? null);
  for await (const stored of listNumbers(store, { campaignId: campaign })) {
    plain.push(reveal(await numbers.decrypt(stored.ciphertext, stored.blindIndex)));
  }
  return plain;
}

describe('stage 5', () => {
  it('I3: what was sealed on the page comes to rest encrypted, and is the same to the digit', async () => {
    const { campaign, pages } = await leasePages(['/']);
    const { commitResults } = createSink();
    expect(await commitResults(await Promise.all(pages.map((page) => sealedResult(page))))).toEqual([
      { ending: 'done' },
    ]);
    expect(await plainNumbers(campaign)).toEqual([number]);
    const { rows } = await database.store('numfleet_owner').query('select row_to_json(n)::text as row from numbers n');
    expect(JSON.stringify(rows)).not.toContain(number.slice(4));
  });

  it('a seal of another page or lease is set aside, and the rest of the batch is committed', async () => {
    const { campaign, pages } = await leasePages(['/a', '/b']);
    const [first, second] = pages as [ClaimedPage, ClaimedPage];
    const stolen = { ...(await sealedResult(first)), pageId: second.id, leaseToken: second.leaseToken };
    const endings = await createSink().commitResults([stolen, await sealedResult(first)]);
    expect(endings).toEqual([{ ending: 'dead-letter', code: 'seal-invalid' }, { ending: 'done' }]);
    expect((await pageRows(campaign)).map((row) => row.state).sort()).toEqual(['done', 'leased']);
  });

  it('a link that no crawler of ours encrypted sets its result aside, and no other', async () => {
    const { campaign, pages } = await leasePages(['/a', '/b']);
    const [first, second] = pages as [ClaimedPage, ClaimedPage];
    const foreign = createUrlCodec({ key: Buffer.alloc(32, 9) }).toWire('http://x.test/02079460958');
    const forged = resultOf(first, new Date(), { links: [{ url: foreign, via: 'link' }] });
    const endings = await createSink().commitResults([forged, await sealedResult(second)]);
    expect(endings).toEqual([{ ending: 'dead-letter', code: 'contract-invalid' }, { ending: 'done' }]);
    expect((await pageRows(campaign)).map((row) => row.state).sort()).toEqual(['done', 'leased']);
  });

  it('I3: an address that holds a number rests encrypted, whether it came plain, encrypted, or in another spelling', async () => {
    const { campaign, host, pages } = await leasePages(['/']);
    const { commitResults, urls } = createSink();
    const addressOf = (last: number) => `http://${host}/tel/0207946095${last}`;
    const sent = [{ p: addressOf(1) }, urls.toWire(addressOf(2)), urls.toWire(`${addressOf(3)}#call`)];
    const links = sent.map((url) => ({ url, via: 'link' as const }));
    await commitResults(pages.map((page) => resultOf(page, new Date(), { links })));
    const { rows } = await database
      .store('numfleet_owner')
      .query<{ url: WireUrl }>('select url from pages where campaign_id = $1 and depth = 1', [campaign]);
    expect(rows.map(({ url }) => Object.keys(url))).toEqual([['c'], ['c'], ['c']]);
    expect(rows.map(({ url }) => urls.fromWire(url)).sort()).toEqual([addressOf(1), addressOf(2), addressOf(3)]);
  });

  it('a result that the database refuses is set aside alone', async () => {
    const { campaign, pages } = await leasePages(['/a', '/b', '/c']);
    const [bad, ...good] = pages as [ClaimedPage, ...ClaimedPage[]];
    const refused = resultOf(bad, new Date(), { http: { status: 200, bytes: 2 ** 70, rendered: false } });
    const endings = await createSink().commitResults([
      refused,
      ...(await Promise.all(good.map((page) => sealedResult(page)))),
    ]);
    expect(endings).toEqual([{ ending: 'dead-letter', code: 'commit-failed' }, { ending: 'done' }, { ending: 'done' }]);
    expect((await pageRows(campaign)).map((row) => row.state).sort()).toEqual(['done', 'done', 'leased']);
  });

  it('I2: a result delivered twice, or under another lease, changes nothing more', async () => {
    const { campaign, pages } = await leasePages(['/']);
    const [page] = pages as [ClaimedPage];
    const result = await sealedResult(page);
    const { commitResults, store } = createSink();
    await commitResults([result]);
    const sightings = async () =>
      (await store.query('select * from sightings where campaign_id = $1', [campaign])).count;
    const before = await sightings();
    expect(before).toBe(1);
    expect(await commitResults([result, { ...result, leaseToken: randomUUID(), sealed: null }])).toEqual([
      { ending: 'done' },
      { ending: 'done' },
    ]);
    expect(await sightings()).toBe(before);
  });

  it('links are judged: scope, depth, a seed that moved within its domain', async () => {
    const { campaign, host, pages } = await leasePages(['/'], { depth: 1, deny: '/private' });
    const [page] = pages as [ClaimedPage];
    const { urls, commitResults } = createSink();
    const link = (url: string, via: 'link' | 'redirect' = 'link') => ({ url: urls.toWire(url), via });
    const links = [
      link(`http://${host}/in#part`),
      link(`http://${host}/private/x`),
      link('http://elsewhere.test/'),
      link(`http://www.${host}/home`, 'redirect'),
      link(`http://${host}/`),
    ];
    await commitResults([resultOf(page, new Date(), { links })]);
    const rows = await pageRows(campaign);
    expect(
      rows.map(({ url, state, code, depth }) => [
        new URL(url).host.replace(host, 'seed') + new URL(url).pathname,
        state,
        code,
        depth,
      ]),
    ).toEqual([
      ['seed/', 'done', null, 0],
      ['seed/in', 'queued', null, 1],
      ['seed/private/x', 'excluded', 'denied', 1],
      ['elsewhere.test/', 'excluded', 'out-of-scope', 1],
      ['www.seed/home', 'queued', null, 0],
    ]);
  });

  it('what was found on a page is kept although the page failed', async () => {
    const { campaign, pages } = await leasePages(['/']);
    const [page] = pages as [ClaimedPage];
    await createSink().commitResults([await sealedResult(page, { outcome: 'failed', code: 'render-timeout' })]);
    expect(await plainNumbers(campaign)).toEqual([number]);
  });
});
