import { createHash } from 'node:crypto';
import { type CampaignSettings, campaignSettings, type PageResult, type RobotsResult } from '@numfleet/contracts';
import { createTestDatabase as createDatabase, urlAs } from '@numfleet/embedded/testing';
import {
  type Claim,
  type ClaimedPage,
  type ClaimedRobots,
  claimPages,
  commitRobotsResult,
  createStore,
  migrate,
  type OfferedPage,
  type SealedNumber,
  type SitemapsOf,
  type Store,
} from '../index.ts';

export type TestRole = 'numfleet_owner' | 'numfleet_scheduler' | 'numfleet_sink' | 'numfleet_console';

export interface TestDatabase extends AsyncDisposable {
  url(role: TestRole): string;
  /** A pool as one service has it, with that service's rights and no more. Closed with the database. */
  store(role: TestRole, max?: number): Store;
}

/** A fresh migrated database in the cluster of which `adminUrl` is the superuser's URL. */
export async function createTestDatabase(
  adminUrl: string,
  options: { migrated?: boolean } = {},
): Promise<TestDatabase> {
  const ownerUrl = await createDatabase(adminUrl);
  if (options.migrated !== false) await migrate({ connectionString: ownerUrl });
  const stores: Store[] = [];
  return {
    url: (role) => urlAs(role, ownerUrl),
    store(role, max = 4) {
      const store = createStore({ connectionString: urlAs(role, ownerUrl), applicationName: 'test', max });
      stores.push(store);
      return store;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()));
    },
  };
}

export function settingsOf(changes: Partial<CampaignSettings> = {}): CampaignSettings {
  return campaignSettings.parse({ purpose: 'test', ...changes });
}

/** A page as the console or the sink would offer it. */
export function offer(url: string, changes: Partial<OfferedPage> = {}): OfferedPage {
  const { host, origin } = new URL(url);
  const pageKey = createHash('sha256').update(url).digest().subarray(0, 16);
  return { host, origin, pageKey, url: { p: url }, depth: 0, via: 'seed', foundOn: null, excluded: null, ...changes };
}

/** A sealed number that stands for the `n`th one; the store never sees more of a number than this. */
export function sealedNumber(n: number, changes: Partial<SealedNumber> = {}): SealedNumber {
  const digest = createHash('sha256').update(`number ${n}`).digest();
  return {
    blindIndex: digest,
    lineIndex: null,
    suppressionIndex: createHash('sha256').update(`suppression ${n}`).digest(),
    ciphertext: Buffer.concat([digest, digest]),
    region: 'GB',
    type: 'mobile',
    source: 'text',
    label: null,
    confidence: 0.9,
    ...changes,
  };
}

/** A result for a claimed page: done, requested at its finish, unless told otherwise. */
export function resultOf(
  page: Pick<ClaimedPage, 'id' | 'campaignId' | 'leaseToken'>,
  at: Date,
  changes: Partial<PageResult> = {},
): PageResult {
  return {
    v: 1,
    kind: 'page',
    leaseToken: page.leaseToken,
    worker: 'test',
    requestedAt: at.getTime(),
    finishedAt: at.getTime(),
    retryAfterMs: null,
    pageId: page.id,
    campaignId: page.campaignId,
    outcome: 'done',
    code: null,
    http: { status: 200, bytes: 1, rendered: false },
    cuts: [],
    links: [],
    sealed: null,
    findings: 0,
    rejected: {},
    ...changes,
  };
}

/** Commits what an origin's robots.txt said, asked for at `at`: that there is none, unless told otherwise. */
export async function answerRobots(
  sink: Store,
  robots: ClaimedRobots,
  at: Date,
  changes: Partial<RobotsResult> & { redirectHost?: string; sitemapsOf?: SitemapsOf } = {},
): Promise<'committed' | 'stale'> {
  const { redirectHost = null, sitemapsOf, ...rest } = changes;
  const result: RobotsResult = {
    v: 1,
    kind: 'robots',
    leaseToken: robots.leaseToken,
    originId: robots.originId,
    worker: 'test',
    requestedAt: at.getTime(),
    finishedAt: at.getTime(),
    retryAfterMs: null,
    outcome: 'unavailable',
    status: 404,
    code: null,
    rules: [],
    crawlDelayMs: null,
    redirect: null,
    sitemaps: [],
    ...rest,
  };
  return await sink.transaction((tx) =>
    commitRobotsResult(tx, { result, redirectHost }, { now: at, ...(sitemapsOf && { sitemapsOf }) }),
  );
}

/** Claims until there are pages, answering the robots files that are asked for on the way. Delay 0 or it never ends. */
export async function claimAnswered(
  scheduler: Store,
  sink: Store,
  options: { now: Date; window?: number; leaseMs?: number },
): Promise<Claim> {
  const claim = await claimPages(scheduler, { window: 1_000, leaseMs: 90_000, ...options });
  if (claim.robots.length === 0) return claim;
  for (const robots of claim.robots) await answerRobots(sink, robots, options.now);
  const next = await claimAnswered(scheduler, sink, options);
  return { ...next, pages: [...claim.pages, ...next.pages], rules: new Map([...claim.rules, ...next.rules]) };
}
