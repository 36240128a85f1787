import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PageResult } from '@numfleet/contracts';
import { registrableDomain } from '@numfleet/egress';
import { createPageKeyer, createUrlCodec, sealFindings } from '@numfleet/privacy';
import { createNumberVault, createSuppressor, generateKeys, loadInsideKeys } from '@numfleet/privacy/inside';
import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import { type Claim, claimPages, createOfferPage, createOfferSitemap, retryPolicy, type Store } from '@numfleet/store';
import { createCommitPages } from '../../../apps/sink/src/commit-pages.ts';
import { createCommitResult } from '../../../apps/sink/src/commit-result.ts';
import { createCommitRobots } from '../../../apps/sink/src/commit-robots.ts';
import { createGather } from '../../../apps/sink/src/gather.ts';
import { createOpenResult } from '../../../apps/sink/src/open-result.ts';
import { createPrepareCommits } from '../../../apps/sink/src/prepare-commits.ts';

export const linksEach = 50;
export const numbersEach = 3;
/** As the sink gathers them. */
const batch = { max: 50, ms: 20, atOnce: 2 };
export const resultsARun = 200;

/** The sink's stage 5 as its `main.ts` puts it together, and results of pages that it has to commit. */
export async function openSink(store: Store, use: <Part extends AsyncDisposable>(part: Part) => Part) {
  const folder = await mkdtemp(path.join(tmpdir(), 'numfleet-bench-'));
  use({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) });
  await generateKeys(path.join(folder, 'keys'));
  const keys = await loadInsideKeys(path.join(folder, 'keys'), [
    'sealing-private',
    'sealing-public',
    'number-index',
    'number-storage',
    'suppression',
    'url',
    'page',
  ]);
  const urls = createUrlCodec({ key: keys.url });
  const pageKeyOf = createPageKeyer({ key: keys.page });
  const emit = () => {};
  const offerPage = createOfferPage({ toWire: urls.toWire, pageKeyOf, domainOf: registrableDomain });
  const offerSitemap = createOfferSitemap({ toWire: urls.toWire, pageKeyOf });
  const sitemapsOf = () => [];
  const commit = createCommitResult({
    openResult: createOpenResult({ privateKey: keys['sealing-private'], urls }),
    prepareCommits: createPrepareCommits({
      ...{ store, offerPage, offerSitemap, domainOf: registrableDomain },
      vault: createNumberVault({ indexKey: keys['number-index'], storageKey: keys['number-storage'] }),
      suppressor: createSuppressor({ key: keys.suppression }),
    }),
    commitPages: createCommitPages({ store, policy: retryPolicy, sitemapsOf, emit }),
    commitRobots: createCommitRobots({ store, urls, policy: retryPolicy, sitemapsOf, emit }),
    emit,
  });

  const gather = createGather({ ...batch, work: commit });
  return {
    /** Commits results of pages leased now; gives the results a second. Every link is new, every number too. */
    async run(now: Date): Promise<number> {
      const claim = await claimPages(store, { now, window: resultsARun, leaseMs: 90_000 });
      const results = await Promise.all(claim.pages.map((page) => resultOf(page, keys['sealing-public'])));
      if (results.length !== resultsARun) throw new Error(`${results.length} pages were claimed of ${resultsARun}.`);
      const startedAt = performance.now();
      await Promise.all(results.map(gather));
      return results.length / ((performance.now() - startedAt) / 1_000);
    },
    folder,
  };
}

async function resultOf(page: Claim['pages'][number], publicKey: Uint8Array): Promise<PageResult> {
  const base = `${page.origin}/found/${randomUUID()}`;
  const findings = Array.from({ length: numbersEach }, () => ({
    number: createPhoneNumber(`+4420${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`),
    ...{ region: 'GB', type: 'fixed_line' as const, source: 'text' as const, label: null, confidence: 0.9 },
  }));
  const context = { pageId: page.id, leaseToken: page.leaseToken };
  return {
    ...{ v: 1, kind: 'page', ...context, campaignId: page.campaignId, worker: 'bench', retryAfterMs: null },
    ...{ requestedAt: Date.now(), finishedAt: Date.now(), outcome: 'done', code: null, cuts: [] },
    http: { status: 200, bytes: 20_000, rendered: false },
    links: Array.from({ length: linksEach }, (_, n) => ({ url: { p: `${base}/${n}` }, via: 'link' as const })),
    sealed: await sealFindings({ publicKey, context, findings }),
    findings: numbersEach,
    rejected: {},
  };
}

/** What COPY is given, by table: all that it does not give itself. */
const copied = {
  pages: {
    columns: 'host_id, origin_id, campaign_id, page_key, url, state, depth, via, found_on, created_at',
    of: `host_id, origin_id, $campaign, page_key, url, 'queued', depth, via, found_on, created_at from pages
      where found_on is not null and campaign_id = 1`,
    rows: resultsARun * linksEach,
  },
  numbers: {
    columns: 'campaign_id, blind_index, ciphertext, region, type, first_seen_at',
    of: '$campaign, blind_index, ciphertext, region, type, first_seen_at from numbers where campaign_id = 1',
    rows: resultsARun * numbersEach,
  },
  sightings: {
    columns: 'campaign_id, blind_index, host_id, page_id, source, label, confidence, seen_at, expires_at',
    of: '$campaign, blind_index, host_id, page_id, source, label, confidence, seen_at, expires_at from sightings where campaign_id = 1',
    rows: resultsARun * numbersEach,
  },
} as const;

/** Copies the rows of as many results as a run of the sink commits, as those of another campaign; gives results a second. */
export async function copyRows(store: Store, campaign: number, folder: string): Promise<number> {
  const fileOf = (table: string) => `'${path.join(folder, table)}.copy'`;
  for (const [table, { of, rows }] of Object.entries(copied)) {
    await store.query(`copy (select ${of.replace('$campaign', String(campaign))} limit ${rows}) to ${fileOf(table)}`);
  }
  const startedAt = performance.now();
  await store.transaction(async (tx) => {
    for (const [table, { columns, rows }] of Object.entries(copied)) {
      const { count } = await tx.query(`copy ${table} (${columns}) from ${fileOf(table)}`);
      if (count !== rows) throw new Error(`${count} rows were copied into ${table} of ${rows}.`);
    }
  });
  return resultsARun / ((performance.now() - startedAt) / 1_000);
}
