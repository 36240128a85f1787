import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PageResult, WireUrl } from '@numfleet/contracts';
import { registrableDomain } from '@numfleet/egress/rules';
import { createPageKeyer, createUrlCodec, sealFindings } from '@numfleet/privacy';
import {
  createNumberVault,
  createSuppressor,
  generateKeys,
  loadInsideKeys,
  loadMasterKey,
} from '@numfleet/privacy/inside';
import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import {
  type Claim,
  claimPages,
  createOfferPage,
  createOfferSitemap,
  enqueuePages,
  readScope,
  retryPolicy,
  type Store,
} from '@numfleet/store';
import { createCommitPages } from '../../../apps/sink/src/commit-pages.ts';
import { createCommitResult } from '../../../apps/sink/src/commit-result.ts';
import { createCommitRobots } from '../../../apps/sink/src/commit-robots.ts';
import { createGather } from '../../../apps/sink/src/gather.ts';
import { createOpenResult } from '../../../apps/sink/src/open-result.ts';
import { createPrepareCommits } from '../../../apps/sink/src/prepare-commits.ts';
import { cpuOfTrees } from '../crawl/watch-processes.ts';

export const linksEach = 50;
export const numbersEach = 3;
/** As the sink gathers them. */
const batch = { max: 50, ms: 20, apartMs: 100, atOnce: 3 };
export const resultsARun = 500;

/** What committing results takes: how many a second, and processor time for each, ms. */
export interface CommitFigures {
  results: number;
  sink: number;
  postgres: number;
}

/** The sink's stage 5 as its `main.ts` puts it together, and results of pages that it has to commit. */
export async function openSink(
  { store, postgresPid }: { store: Store; postgresPid: number },
  use: <Part extends AsyncDisposable>(part: Part) => Part,
) {
  const folder = await mkdtemp(path.join(tmpdir(), 'numfleet-bench-'));
  use({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) });
  await generateKeys(path.join(folder, 'keys'));
  const keys = await loadInsideKeys(path.join(folder, 'keys'), [
    'sealing-private',
    'sealing-public',
    'number-index',
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
    openResult: createOpenResult({ privateKeys: [keys['sealing-private']], urls }),
    prepareCommits: createPrepareCommits({
      ...{ store, offerPage, offerSitemap, domainOf: registrableDomain },
      vault: createNumberVault({
        indexKey: keys['number-index'],
        master: await loadMasterKey(path.join(folder, 'keys'), undefined),
      }),
      suppressor: createSuppressor({ key: keys.suppression }),
    }),
    commitPages: createCommitPages({ store, policy: retryPolicy, sitemapsOf, emit }),
    commitRobots: createCommitRobots({ store, urls, policy: retryPolicy, sitemapsOf, emit }),
    emit,
  });

  const gather = createGather({ ...batch, work: commit });
  async function lease(now: Date): Promise<Claim['pages']> {
    const { pages } = await claimPages(store, { now, window: resultsARun, leaseMs: 90_000 });
    if (pages.length !== resultsARun) throw new Error(`${pages.length} pages were claimed of ${resultsARun}.`);
    return pages;
  }

  async function measure(results: readonly PageResult[]): Promise<CommitFigures> {
    const postgresBefore = await cpuOfTrees([postgresPid]);
    const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
    await Promise.all(results.map(gather));
    const { user, system } = process.cpuUsage(cpuBefore);
    const seconds = (performance.now() - startedAt) / 1_000;
    return {
      results: results.length / seconds,
      sink: (user + system) / 1_000 / results.length,
      postgres: (((await cpuOfTrees([postgresPid])) - postgresBefore) * 1_000) / results.length,
    };
  }

  return {
    /** Every link is new, every number too. */
    async commitNew(now: Date): Promise<CommitFigures> {
      const pages = await lease(now);
      return await measure(
        await Promise.all(pages.map((page) => resultOf(page, keys['sealing-public'], linksOf(page).map(urls.toWire)))),
      );
    },
    /** Every link is known, and sent in full or, as where a filter has called it so, by its key. */
    async commitKnown(now: Date, sent: 'in full' | 'by key'): Promise<CommitFigures> {
      const results: PageResult[] = [];
      for (const page of await lease(now)) {
        const links = linksOf(page);
        await know(page, links, now);
        const seen = {
          generation: 1,
          asked: linksEach,
          keys: Buffer.concat(links.map((url) => pageKeyOf(url))).toString('base64'),
        };
        const isKnown = sent === 'by key';
        results.push(
          await resultOf(page, keys['sealing-public'], isKnown ? [] : links.map(urls.toWire), isKnown ? { seen } : {}),
        );
      }
      return await measure(results);
    },
    folder,
  };

  async function know({ id, campaignId }: Claim['pages'][number], links: readonly string[], now: Date): Promise<void> {
    const scope = await readScope(store, campaignId);
    const pages = links.map((url) => offerPage({ url, via: 'link', depth: 1, foundOn: id }, scope));
    await store.transaction((tx) => enqueuePages(tx, { campaignId, pages, actor: 'bench', now }));
  }
}

function linksOf({ origin }: Claim['pages'][number]): string[] {
  const base = `${origin}/found/${randomUUID()}`;
  return Array.from({ length: linksEach }, (_, n) => `${base}/${n}`);
}

async function resultOf(
  page: Claim['pages'][number],
  publicKey: Uint8Array,
  links: readonly WireUrl[],
  more: Pick<PageResult, 'seen'> = {},
): Promise<PageResult> {
  const findings = Array.from({ length: numbersEach }, () => ({
    number: createPhoneNumber(`+4420${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`),
    ...{ region: 'GB', type: 'fixed_line' as const, source: 'text' as const, label: null, confidence: 0.9 },
  }));
  const context = { pageId: page.id, leaseToken: page.leaseToken };
  return {
    ...{ v: 1, kind: 'page', ...context, campaignId: page.campaignId, worker: 'bench', retryAfterMs: null },
    ...{ requestedAt: Date.now(), finishedAt: Date.now(), outcome: 'done', code: null, cuts: [] },
    http: { status: 200, bytes: 20_000, rendered: false },
    links: links.map((url) => ({ url, via: 'link' as const })),
    sealed: await sealFindings({ publicKey, context, findings }),
    findings: numbersEach,
    rejected: {},
    ...more,
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
