import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CampaignSettings, NumfleetError } from '@numfleet/contracts';
import { describe, expect, test } from 'vitest';
import {
  auditCounts,
  type ClaimedPage,
  claimPages,
  commitPageResult,
  commitPageResults,
  expiredLeases,
  findPage,
  foldCounts,
  listNumbers,
  type OfferedPage,
  type PageCommit,
  readCampaignStatus,
  recordLostLeases,
  setCampaignState,
} from './index.ts';
import { answerRobots, claimAnswered, offer, resultOf, sealedNumber } from './testing/test-database.ts';
import { openTestStores, startCampaign } from './testing/test-stores.ts';

const start = new Date('2026-11-23T10:00:00Z');
const at = (ms: number) => new Date(start.getTime() + ms);

const { database, owner, scheduler, console } = await openTestStores();
const sink = database.store('numfleet_sink', 40);

/** A campaign of its own with these seeds, all of them claimed. Delay 0 and enough slots, unless told otherwise. */
async function claimed(seeds: OfferedPage[], settings: Partial<CampaignSettings> = {}) {
  const id = await startCampaign(console, seeds, start, { delayMs: 0, hostConcurrency: 64, ...settings });
  const { pages } = await claimAnswered(scheduler, sink, { now: start });
  return { id, pages: pages.filter((page) => page.campaignId === id) };
}

let nextHost = 0;

/** One claimed page of a campaign and host of its own. */
async function onePage(settings: Partial<CampaignSettings> = {}) {
  const url = `http://one-${nextHost++}.test/`;
  const { id, pages } = await claimed([offer(url)], settings);
  const [page] = pages;
  if (!page) throw new Error('nothing was claimed');
  return { id, page, url };
}

const commit = (result: PageCommit['result'], rest: Partial<PageCommit> = {}): PageCommit => ({
  result,
  numbers: [],
  links: [],
  ...rest,
});

const commitOne = (one: PageCommit, now = start) => sink.transaction((tx) => commitPageResult(tx, one, { now }));

const link = (url: string, changes: Partial<OfferedPage> = {}) => offer(url, { depth: 1, via: 'link', ...changes });

const found = (url: string) => {
  const { host, pageKey } = offer(url);
  return findPage(console, { host, pageKey });
};

describe('I2: a result is fenced by its lease', () => {
  test('a result under another token changes nothing', async () => {
    const { id, page } = await onePage();
    const stale = resultOf({ ...page, leaseToken: randomUUID() }, at(5));
    const before = await readCampaignStatus(console, id, start);
    const report = await commitOne(commit(stale, { numbers: [sealedNumber(1)], links: [link('http://b.test/')] }));
    expect(report).toEqual({ verdict: 'stale', numbers: 0, sightings: 0, suppressed: 0, links: 0, unseen: 0 });
    expect(await readCampaignStatus(console, id, start)).toEqual(before);
    expect(before.pages.leased).toBe(1);
  });

  test('a late result under the right token commits', async () => {
    const { id, page } = await onePage();
    const late = at(24 * 3_600_000);
    const report = await commitOne(commit(resultOf(page, late), { numbers: [sealedNumber(1)] }), late);
    expect(report).toMatchObject({ verdict: 'committed', numbers: 1, sightings: 1 });
    expect((await readCampaignStatus(console, id, late)).pages.done).toBe(1);
  });

  test('a result delivered twice, in one batch, one after the other and at once, commits once', async () => {
    const { id, page } = await onePage();
    const one = commit(resultOf(page, at(5)), { numbers: [sealedNumber(2)] });
    const batches = await Promise.all(
      [1, 2, 3].map(() => sink.transaction((tx) => commitPageResults(tx, [one, one], { now: at(5) }))),
    );
    const verdicts = [...batches.flat(), await commitOne(one, at(6))].map((report) => report.verdict).sort();
    expect(verdicts).toEqual(['committed', ...Array(6).fill('stale')]);
    expect(await readCampaignStatus(console, id, at(6))).toMatchObject({ numbers: 1, sightings: 1 });
  });

  test('after its lease was given to another worker, the first worker is too late', async () => {
    const { page } = await onePage();
    const now = at(200_000);
    const leases = await expiredLeases(scheduler, { now, limit: 1_000 });
    const lease = leases.filter(({ id }) => id === page.id);
    expect(await scheduler.transaction((tx) => recordLostLeases(tx, lease, { now }))).toMatchObject({ requeued: 1 });
    const again = await claimAnswered(scheduler, sink, { now: at(300_000) });
    const second = again.pages.find(({ id }) => id === page.id) as ClaimedPage;
    expect((await commitOne(commit(resultOf(page, now)), now)).verdict).toBe('stale');
    expect((await commitOne(commit(resultOf(second, now)), now)).verdict).toBe('committed');
  });
});

describe('numbers', () => {
  test('G41: 32 sinks that commit the same 1,000 numbers at once store each once, and every sighting', async () => {
    const hosts = Array.from({ length: 32 }, (_, n) => `http://g41-${n}.test/`);
    const { id, pages } = await claimed(hosts.map((url) => offer(url)));
    const numbers = Array.from({ length: 1_000 }, (_, n) => sealedNumber(n));
    const reports = await Promise.all(
      pages.map((page, n) => {
        const shuffled = numbers.slice(n * 30).concat(numbers.slice(0, n * 30));
        return commitOne(commit(resultOf(page, at(5)), { numbers: shuffled }));
      }),
    );
    expect(reports).toHaveLength(32);
    expect(reports.reduce((sum, report) => sum + report.numbers, 0)).toBe(1_000);
    expect(await readCampaignStatus(console, id, at(9))).toMatchObject({ numbers: 1_000, sightings: 32_000 });
    expect((await auditCounts(owner, id)).exact).toBe(true);
  });

  test('G41: sinks that find the same numbers in opposite orders do not deadlock', async () => {
    const { id, pages } = await claimed([offer('http://order-a.test/'), offer('http://order-b.test/')]);
    const numbers = Array.from({ length: 101 }, (_, n) => sealedNumber(n));
    const orders = [numbers, numbers.toReversed()];
    let commits: Promise<unknown> = Promise.resolve();
    // Somebody holds the number in the middle until both have come as far as they can.
    await sink.transaction(async (tx) => {
      await tx.query("insert into numbers values ($1, $2, $3, null, 'unknown', $4)", [
        id,
        numbers[50]?.blindIndex,
        numbers[50]?.ciphertext,
        start,
      ]);
      commits = Promise.all(
        pages.map((page, n) => commitOne(commit(resultOf(page, at(5)), { numbers: orders[n] ?? [] }))),
      );
      await Promise.race([commits, sleep(500)]);
    });
    await commits;
    expect(await readCampaignStatus(console, id, at(9))).toMatchObject({ numbers: 101, sightings: 202 });
  });

  test('a number that stands twice on a page is one sighting a source, the surest of each', async () => {
    const { id, page } = await onePage();
    const numbers = [
      sealedNumber(5, { confidence: 0.4 }),
      sealedNumber(5, { confidence: 0.8, label: 'fax' }),
      sealedNumber(5, { source: 'tel' }),
    ];
    await commitOne(commit(resultOf(page, at(5)), { numbers }));
    const listed = await Array.fromAsync(listNumbers(console, { campaignId: id }));
    expect(listed).toHaveLength(1);
    expect(listed[0]).toMatchObject({ sightingCount: 2, type: 'mobile', firstSeen: start, lastSeen: start });
    expect(listed[0]?.sightings.map(({ source, label }) => [source, label]).sort()).toEqual([
      ['tel', null],
      ['text', 'fax'],
    ]);
  });

  test('a number that the database refuses fails the commit, and nothing of it stays', async () => {
    const { id, page } = await onePage();
    const plain = sealedNumber(6, { ciphertext: Buffer.from('+447700900123') });
    await expect(commitOne(commit(resultOf(page, at(5)), { numbers: [plain] }))).rejects.toThrow('numbers_ciphertext');
    expect(await readCampaignStatus(console, id, at(9))).toMatchObject({ numbers: 0, pages: { leased: 1, done: 0 } });
  });

  test('listing goes through all of them in batches, each once', async () => {
    const { id, page } = await onePage();
    await commitOne(
      commit(resultOf(page, at(5)), { numbers: Array.from({ length: 25 }, (_, n) => sealedNumber(n + 100)) }),
    );
    const listed = await Array.fromAsync(listNumbers(console, { campaignId: id, pageSize: 10 }));
    expect(new Set(listed.map(({ blindIndex }) => blindIndex.toString('hex'))).size).toBe(25);
    await expect(Array.fromAsync(listNumbers(console, { campaignId: '999999' }))).rejects.toThrow(NumfleetError);
  });
});

describe('I9: links', () => {
  test('each becomes a page once, whoever finds it, with its depth and where it was found', async () => {
    const { id, pages } = await claimed([offer('http://links.test/a'), offer('http://links.test/b')]);
    const shared = link('http://links.test/shared');
    await Promise.all(pages.map((page) => commitOne(commit(resultOf(page, at(5)), { links: [shared, shared] }))));
    const status = await readCampaignStatus(console, id, at(9));
    expect(status).toMatchObject({ discovered: 3, pages: { queued: 1, done: 2 } });
    expect(await found('http://links.test/shared')).toMatchObject({ campaignId: id, depth: 1, state: 'queued' });
    expect((await found('http://links.test/shared'))?.foundOn).toHaveProperty('p');
  });

  test('the page budget is exact when sinks discover at once', async () => {
    const seeds = Array.from({ length: 8 }, (_, n) => offer(`http://budget-${n}.test/`));
    const { id, pages } = await claimed(seeds, { maxPages: 50 });
    await Promise.all(
      pages.map((page, n) => {
        const links = Array.from({ length: 20 }, (_, m) => link(`http://budget-${n}.test/${m}`));
        return commitOne(commit(resultOf(page, at(5)), { links }));
      }),
    );
    const { pages: states, discovered } = await readCampaignStatus(console, id, at(9));
    expect(states).toMatchObject({ done: 8, queued: 42, excluded: 8 * 20 - 42 });
    expect(discovered).toBe(8 + 160);
  });

  test('excluded links are kept up to the cap of a host, and counted beyond it, when sinks find them at once', async () => {
    const seeds = Array.from({ length: 6 }, (_, n) => offer(`http://cap.test/${n}`));
    const { id, pages } = await claimed(seeds);
    await Promise.all(
      pages.map((page, n) => {
        const links = Array.from({ length: 40 }, (_, m) =>
          link(`http://${m % 2 ? 'out-a' : 'out-b'}.test/${n}-${m}`, { excluded: 'out-of-scope' }),
        );
        return sink.transaction((tx) =>
          commitPageResult(tx, commit(resultOf(page, at(5)), { links }), { now: at(5), excludedCap: 30 }),
        );
      }),
    );
    const status = await readCampaignStatus(console, id, at(9));
    expect(status).toMatchObject({ pages: { done: 6, excluded: 60 }, excludedOverflow: 240 - 60, discovered: 66 });
  });

  test('a page first met too deep is queued when it is met on a shorter way', async () => {
    const { id, pages } = await claimed([offer('http://deep.test/a'), offer('http://deep.test/b')]);
    const [a, b] = pages as [ClaimedPage, ClaimedPage];
    const url = 'http://deep.test/c';
    await commitOne(commit(resultOf(a, at(5)), { links: [link(url, { depth: 4, excluded: 'too-deep' })] }));
    expect(await found(url)).toMatchObject({ state: 'excluded', code: 'too-deep' });
    await commitOne(commit(resultOf(b, at(5)), { links: [link(url, { depth: 2 })] }));
    expect(await found(url)).toMatchObject({ state: 'queued', code: null, depth: 2 });
    expect((await readCampaignStatus(console, id, at(9))).discovered).toBe(3);
  });

  test('of a cancelled campaign are excluded, and what was to be tried again is too', async () => {
    const { id, pages } = await claimed([offer('http://cancel.test/a'), offer('http://cancel.test/b')]);
    const [a, b] = pages as [ClaimedPage, ClaimedPage];
    await console.transaction((tx) =>
      setCampaignState(tx, { campaignId: id, verb: 'cancel', actor: 'test', now: at(1) }),
    );
    await commitOne(commit(resultOf(a, at(5)), { links: [link('http://cancel.test/c')] }));
    await commitOne(commit(resultOf(b, at(5), { outcome: 'failed', code: 'connect-failed' })));
    expect((await readCampaignStatus(console, id, at(9))).pages).toMatchObject({ done: 1, excluded: 2, queued: 0 });
  });
});

describe('what failed', () => {
  const failed = (page: ClaimedPage, code: 'connect-failed' | 'http-client-error', now: Date) =>
    commitOne(commit(resultOf(page, now, { outcome: 'failed', code })), now);

  test('for now is tried three times, further and further apart, and then fails', async () => {
    const { page, url } = await onePage();
    await failed(page, 'connect-failed', at(0));
    expect(await found(url)).toMatchObject({ state: 'queued', code: 'connect-failed', attempts: 1 });
    expect((await found(url))?.nextAttemptAt).toEqual(at(5_000));
    for (const [now, state] of [
      [at(5_000), 'queued'],
      [at(25_000), 'failed'],
    ] as const) {
      const early = await claimAnswered(scheduler, sink, { now: new Date(now.getTime() - 1) });
      expect(early.pages.filter(({ id }) => id === page.id)).toEqual([]);
      const claim = await claimAnswered(scheduler, sink, { now });
      const again = claim.pages.find(({ id }) => id === page.id) as ClaimedPage;
      await failed(again, 'connect-failed', now);
      expect(await found(url)).toMatchObject({ state });
    }
  });

  test('for good fails at once', async () => {
    const { page, url } = await onePage();
    await failed(page, 'http-client-error', at(0));
    expect(await found(url)).toMatchObject({ state: 'failed', code: 'http-client-error', attempts: 1 });
  });

  test('because the host asked for patience waits as long as it asked, and costs no attempt', async () => {
    const { page, url } = await onePage();
    const throttled = { outcome: 'throttled', code: 'throttled', retryAfterMs: 60_000 } as const;
    await commitOne(commit(resultOf(page, start, throttled)));
    expect(await found(url)).toMatchObject({ state: 'queued', attempts: 0, nextAttemptAt: at(60_000) });
    const early = await claimAnswered(scheduler, sink, { now: at(59_999) });
    expect(early.pages.filter(({ id }) => id === page.id)).toEqual([]);
    const claim = await claimAnswered(scheduler, sink, { now: at(60_000) });
    expect(claim.pages.filter(({ id }) => id === page.id)).toHaveLength(1);
  });

  test('for want of a browser costs no attempt, and waits longer each time, until it has been put off ten times', async () => {
    const { page, url } = await onePage();
    const noBrowser = { outcome: 'failed', code: 'browser-missing' } as const;
    await commitOne(commit(resultOf(page, start, noBrowser)));
    const waits: number[] = [];
    for (let now = start; ; ) {
      const { state, code, attempts, nextAttemptAt } = (await found(url)) ?? {};
      expect({ code, attempts }).toEqual({ code: 'browser-missing', attempts: 0 });
      if (state !== 'queued' || !nextAttemptAt) break;
      waits.push(nextAttemptAt.getTime() - now.getTime());
      now = nextAttemptAt;
      const claim = await claimAnswered(scheduler, sink, { now });
      const again = claim.pages.find(({ id }) => id === page.id);
      if (!again) throw new Error('it was not claimed again');
      await commitOne(commit(resultOf(again, now, noBrowser)), now);
    }
    expect(waits).toEqual([5, 20, 80, 320, 600, 600, 600, 600, 600].map((seconds) => seconds * 1_000));
    expect(await found(url)).toMatchObject({ state: 'failed', attempts: 0 });
  });
});

test('I3: an error of Postgres tells nothing of the rows', async () => {
  const { page } = await onePage();
  const links = [link('http://secret.test/13812345678')];
  const error = await commitOne(commit(resultOf(page, at(5)), { links })).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code: '23514', detail: undefined, where: undefined });
  expect(JSON.stringify(error) + (error as Error).message).not.toContain('13812345678');
});

test('I9: counts stay exact when they are folded', async () => {
  const { id, page } = await onePage();
  await commitOne(commit(resultOf(page, at(5)), { numbers: [sealedNumber(7)] }));
  const before = await readCampaignStatus(console, id, at(9));
  expect(await foldCounts(scheduler)).toBeGreaterThan(0);
  expect(await foldCounts(scheduler)).toBe(0);
  expect(await readCampaignStatus(console, id, at(9))).toEqual(before);
});

test('a robots result is fenced too', async () => {
  const id = await startCampaign(console, [offer('http://fence.test/')], start);
  const claim = await claimPages(scheduler, { now: start, window: 1_000, leaseMs: 1_000 });
  const [robots] = claim.robots.filter(({ origin }) => origin === 'http://fence.test');
  if (!robots) throw new Error(`no robots file was claimed for campaign ${id}`);
  expect(await answerRobots(sink, { ...robots, leaseToken: randomUUID() }, start)).toBe('stale');
  expect(await answerRobots(sink, robots, start)).toBe('committed');
  expect(await answerRobots(sink, robots, start)).toBe('stale');
});
