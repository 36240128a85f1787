import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  auditCounts,
  type ClaimedPage,
  claimPages,
  commitPageResult,
  createCampaign,
  enqueuePages,
  excludePages,
  finishCampaigns,
  foldCounts,
  listCampaigns,
  readCampaignStatus,
  recordLostLeases,
  setCampaignState,
} from './index.ts';
import { answerRobots, claimAnswered, offer, resultOf, sealedNumber, settingsOf } from './testing/test-database.ts';
import { openTestStores } from './testing/test-stores.ts';

const start = new Date('2026-11-23T10:00:00Z');

const { owner, scheduler, sink, console } = await openTestStores();

const settings = settingsOf({ delayMs: 0, hostConcurrency: 8, maxPages: 250 });
const create = (seeds: Parameters<typeof offer>[0][]) =>
  console.transaction((tx) =>
    createCampaign(tx, { settings, seeds: seeds.map((url) => offer(url)), actor: 'test', now: start }),
  );
const enqueue = (campaignId: string, urls: string[], now = start) =>
  console.transaction((tx) =>
    enqueuePages(tx, { campaignId, pages: urls.map((url) => offer(url)), actor: 'test', now }),
  );
const finish = (now = start) => scheduler.transaction((tx) => finishCampaigns(tx, { now }));
const change = (campaignId: string, verb: 'pause' | 'resume' | 'cancel') =>
  console.transaction((tx) => setCampaignState(tx, { campaignId, verb, actor: 'test', now: start }));
const commit = (page: ClaimedPage, links: string[] = [], now = start) =>
  sink.transaction((tx) =>
    commitPageResult(
      tx,
      {
        result: resultOf(page, now),
        numbers: [],
        links: links.map((url) => offer(url, { depth: page.depth + 1, via: 'link' })),
      },
      { now },
    ),
  );

test('I9: counts add up at every instant while sinks, schedulers and the console work at once', async () => {
  let clock = start.getTime();
  const now = () => new Date(clock);
  const { id } = await create(['http://busy-0.test/']);
  const over = new AbortController();
  const random = mulberry32(7);
  let checks = 0;
  let enqueued = 0;

  const observe = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const { pages, discovered } = await readCampaignStatus(console, id, now());
      const sum = pages.queued + pages.leased + pages.done + pages.failed + pages.excluded;
      expect(sum, 'discovered = queued + leased + done + failed + excluded').toBe(discovered);
      expect((await auditCounts(owner, id)).exact).toBe(true);
      checks += 1;
      await sleep(10);
    }
  };
  const fold = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await foldCounts(scheduler);
      await sleep(20);
    }
  };
  const end = async (page: ClaimedPage): Promise<void> => {
    const dice = random();
    const links = Array.from({ length: 6 }, () => {
      const n = Math.floor(random() * 600);
      const excluded = n % 7 === 0 ? ('out-of-scope' as const) : null;
      return offer(`http://busy-${n % 5}.test/${n}`, { depth: page.depth + 1, via: 'link', excluded });
    });
    const lease = { kind: 'page', id: page.id, leaseToken: page.leaseToken } as const;
    if (dice < 0.1) await excludePages(scheduler, [page], { code: 'robots-disallowed', now: now() });
    else if (dice < 0.2) await scheduler.transaction((tx) => recordLostLeases(tx, [lease], { now: now() }));
    else {
      const failed = dice < 0.4 ? ({ outcome: 'failed', code: 'connection-lost' } as const) : {};
      const result = resultOf(page, now(), failed);
      const numbers = [sealedNumber(Math.floor(random() * 50))];
      const one = { result, numbers, links };
      const options = { now: now(), excludedCap: 10 };
      await Promise.all([1, 2].map(() => sink.transaction((tx) => commitPageResult(tx, one, options))));
    }
  };
  const crawl = async (): Promise<void> => {
    for (let idle = 0; idle < 6; ) {
      clock += idle > 0 ? 600_000 : 20_000;
      const { pages, robots } = await claimPages(scheduler, { now: now(), window: 16, leaseMs: 90_000 });
      for (const one of robots) await answerRobots(sink, one, now());
      await Promise.all(pages.map(end));
      idle = pages.length + robots.length > 0 ? 0 : idle + 1;
      enqueued += 1;
      if (random() < 0.3) await enqueue(id, [`http://busy-${Math.floor(random() * 5)}.test/e${enqueued}`], now());
      await finish(now());
    }
  };
  const background = Promise.all([observe(), fold()]);
  await Promise.race([Promise.all([crawl(), crawl()]), background]);
  over.abort();
  await background;

  await finish(now());
  const status = await readCampaignStatus(console, id, now());
  expect(status).toMatchObject({ state: 'finished', pages: { queued: 0, leased: 0 } });
  expect(status.pages.done + status.pages.failed).toBeGreaterThan(100);
  expect(status.discovered - status.pages.excluded).toBeLessThanOrEqual(settings.maxPages);
  expect(await auditCounts(owner, id)).toMatchObject({ exact: true });
  expect(checks).toBeGreaterThan(5);
}, 60_000);

test('I9: a counter that is off by one is found', async () => {
  const { id } = await create(['http://off.test/']);
  expect((await auditCounts(owner, id)).exact).toBe(true);
  await owner.query("insert into campaign_count_deltas values ($1, 'done', 1)", [id]);
  expect(await auditCounts(owner, id)).toMatchObject({ exact: false, counters: { done: { counted: 1, held: 0 } } });
  await owner.query("insert into campaign_count_deltas values ($1, 'discovered', 1), ($1, 'failed', 1)", [id]);
  expect((await auditCounts(owner, id)).exact).toBe(false);
});

describe('I9: a campaign is finished if and only if nothing is queued or leased', () => {
  test('not while a page is queued or leased, and then at once', async () => {
    const { id } = await create(['http://end.test/']);
    expect(await finish()).not.toContain(id);
    const { pages } = await claimAnswered(scheduler, sink, { now: start });
    expect(await finish()).not.toContain(id);
    for (const page of pages) await commit(page);
    expect(await finish()).toContain(id);
    expect(await finish()).not.toContain(id);
    expect(await readCampaignStatus(console, id, start)).toMatchObject({ state: 'finished' });
  });

  test('a commit that brings the last link and one that ends the last page leave no gap', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await create([`http://gap-${round}.test/`]);
      const { pages } = await claimAnswered(scheduler, sink, { now: start });
      const page = pages.find(({ campaignId }) => campaignId === id) as ClaimedPage;
      await Promise.all([commit(page, [`http://gap-${round}.test/next`]), finish(), finish()]);
      expect(await readCampaignStatus(console, id, start)).toMatchObject({ state: 'active', pages: { queued: 1 } });
      await change(id, 'cancel');
    }
  });

  test('an enqueue that meets the end either comes before it or opens the campaign again', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await create([`http://race-${round}.test/`]);
      const { pages } = await claimAnswered(scheduler, sink, { now: start });
      for (const page of pages) await commit(page);
      await Promise.all([enqueue(id, [`http://race-${round}.test/late`]), finish()]);
      expect(await readCampaignStatus(console, id, start)).toMatchObject({ state: 'active', pages: { queued: 1 } });
      await change(id, 'cancel');
    }
  });
});

describe('campaigns', () => {
  test('an enqueue tells what became of each URL, and opens a finished campaign only when there is work', async () => {
    const { id, ...report } = await create(['http://enq.test/', 'http://enq.test/', 'http://enq.test/2']);
    expect(report).toEqual({ added: 2, known: 1, excluded: 0 });
    const { pages } = await claimAnswered(scheduler, sink, { now: start });
    for (const page of pages) await commit(page);
    await finish();
    expect(await enqueue(id, ['http://enq.test/'])).toEqual({ added: 0, known: 1, excluded: 0 });
    expect((await readCampaignStatus(console, id, start)).state).toBe('finished');
    expect(await enqueue(id, ['http://enq.test/3'])).toEqual({ added: 1, known: 0, excluded: 0 });
    expect((await readCampaignStatus(console, id, start)).state).toBe('active');
    await change(id, 'cancel');
  });

  test('cancelling excludes what is queued, and lets what is leased be committed', async () => {
    const { id } = await create(Array.from({ length: 12 }, (_, n) => `http://stop.test/${n}`));
    const { pages } = await claimAnswered(scheduler, sink, { now: start });
    expect(pages).toHaveLength(8);
    await change(id, 'cancel');
    expect((await readCampaignStatus(console, id, start)).pages).toMatchObject({ leased: 8, excluded: 4, queued: 0 });
    for (const page of pages) await commit(page, ['http://stop.test/more']);
    expect((await readCampaignStatus(console, id, start)).pages).toMatchObject({ leased: 0, done: 8, excluded: 5 });
    await expect(enqueue(id, ['http://stop.test/again'])).rejects.toMatchObject({ code: 'campaign-state' });
  });

  test('a change that the state does not allow, and a campaign that is not there, are refused by code', async () => {
    const { id } = await create(['http://state.test/']);
    await expect(change(id, 'resume')).rejects.toMatchObject({ code: 'campaign-state' });
    for (const unknown of ['999999', 'nonsense', '0', '99999999999999999999']) {
      await expect(readCampaignStatus(console, unknown, start)).rejects.toMatchObject({ code: 'campaign-unknown' });
      await expect(enqueue(unknown, [])).rejects.toMatchObject({ code: 'campaign-unknown' });
    }
    await change(id, 'cancel');
  });

  test('a status tells how long it took, and the newest campaign is listed first', async () => {
    const { id } = await create(['http://time.test/']);
    const later = new Date(start.getTime() + 90_000);
    expect(await readCampaignStatus(console, id, later)).toMatchObject({ campaign: id, seconds: 90, purpose: 'test' });
    await change(id, 'cancel');
    expect(await readCampaignStatus(console, id, later)).toMatchObject({ state: 'cancelled', seconds: 0 });
    const listed = await listCampaigns(console, { now: later, limit: 2 });
    expect(listed.map((status) => status.campaign)).toEqual([id, String(Number(id) - 1)]);
  });

  test('every change of a campaign leaves an audit event with who made it', async () => {
    const { id } = await create(['http://audit.test/']);
    await change(id, 'pause');
    await change(id, 'resume');
    await enqueue(id, ['http://audit.test/2']);
    await change(id, 'cancel');
    const { rows } = await console.query<{ actor: string; action: string }>(
      'select actor, action from audit_events where campaign_id = $1 order by id',
      [id],
    );
    expect(new Set(rows.map((row) => row.actor))).toEqual(new Set(['test']));
    expect(rows.map((row) => row.action)).toEqual([
      'campaign.created',
      'campaign.paused',
      'campaign.active',
      'campaign.enqueued',
      'campaign.cancelled',
    ]);
  });
});

/** A small seeded generator, so that a failure can be had again. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
