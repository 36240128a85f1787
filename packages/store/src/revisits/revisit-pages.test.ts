import type { CampaignSettings, PageResult, WireUrl } from '@numfleet/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCounts } from '../audit/compare-audit-counts.ts';
import {
  auditCounts,
  type ClaimedPage,
  changeLimits,
  commitPageResult,
  eraseNumbers,
  excludePages,
  excludeUnfetchable,
  expireFindings,
  findPage,
  finishCampaigns,
  type OfferedPage,
  readCampaignStatus,
  revisitPages,
  type SealedNumber,
  setCampaignState,
  suppressNumbers,
  traceNumber,
} from '../index.ts';
import { claimAnswered, offer, resultOf, sealedNumber } from '../testing/test-database.ts';
import { openTestStores, startCampaign } from '../testing/test-stores.ts';

const day = 86_400_000;
const week = 7 * day;
const ten = 10 * 3_600_000;
const every = week / 1_000;

const { owner, scheduler, sink, console } = await openTestStores();

/** One clock for the file, that only goes forward; every campaign has hosts of its own, begins at ten, and is cancelled at its end. */
let clock = Date.parse('2026-11-23T10:00:00Z');
const now = () => new Date(clock);
let campaigns = 0;

async function recurring(settings: Partial<CampaignSettings> = {}, paths: string[] = ['/']) {
  campaigns += 1;
  clock = Math.ceil(clock / day) * day + ten;
  const host = `again-${campaigns}.test`;
  const seeds = paths.map((path) => offer(`http://${host}${path}`));
  const own = { delayMs: 0, hostConcurrency: 9, everySeconds: every, retentionDays: 60, ...settings };
  const id = await startCampaign(console, seeds, now(), own);
  const born = clock;
  const set = (verb: 'pause' | 'resume' | 'cancel') =>
    console.transaction((tx) => setCampaignState(tx, { campaignId: id, verb, actor: 'test', now: now() }));
  return {
    id,
    set,
    status: () => readCampaignStatus(console, id, now()),
    story: async (path = '/') => {
      const { pageKey } = offer(`http://${host}${path}`);
      return (await findPage(console, { host, pageKey, campaignId: id })) ?? expect.unreachable();
    },
    /** Until so long after its creation. */
    at: (ms: number) => {
      clock = born + ms;
    },
    since: (at: Date | string | null) => (at === null ? null : new Date(at).getTime() - born),
    [Symbol.asyncDispose]: async () => {
      const { state, everySeconds } = await readCampaignStatus(console, id, now());
      if (state !== 'cancelled' && everySeconds !== null) await set('cancel');
    },
  };
}

const tick = () => scheduler.transaction((tx) => revisitPages(tx, { now: now() }));
const finish = () => scheduler.transaction((tx) => finishCampaigns(tx, { now: now() }));
const claim = async () => (await claimAnswered(scheduler, sink, { now: now() })).pages;

interface Answer extends Omit<Partial<PageResult>, 'links'> {
  numbers?: SealedNumber[];
  links?: Omit<OfferedPage, 'foundOn'>[];
  content?: string;
}

const validators = { etag: { p: '"v1"' }, lastModified: 'Mon, 23 Nov 2026 09:00:00 GMT' };

async function answer(page: ClaimedPage, { numbers = [], links = [], content, ...changes }: Answer = {}) {
  const told = { validators, ...(content !== undefined && { hostEvidence: { content } }), findings: numbers.length };
  const commit = { result: resultOf(page, now(), { ...told, ...changes }), numbers, links };
  return await sink.transaction((tx) => commitPageResult(tx, commit, { now: now() }));
}

const unmodified = { outcome: 'not-modified', http: { status: 304, bytes: 0, rendered: false } } as const;

/** What is due is queued, claimed and answered, and the round ends. */
async function round(...answers: Answer[]) {
  await tick();
  const pages = await claim();
  for (const [index, page] of pages.entries()) await answer(page, answers[index] ?? answers[0]);
  await finish();
  return pages;
}

const [hexA, hexB, hexC] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb', 'cccccccccccccccc'];

describe('a campaign that visits its pages again', () => {
  test('I9: is finished after each round and opened again when pages are due; the audit tells both', async () => {
    await using crawl = await recurring({}, ['/', '/two']);
    await round();
    expect(await crawl.status()).toMatchObject({ state: 'finished', everySeconds: every, pages: { done: 2 } });
    expect(crawl.since((await crawl.status()).nextVisitAt)).toBe(week);
    crawl.at(week - 1);
    expect(await tick()).toEqual({ pages: 0, more: false });
    crawl.at(week);
    expect(await tick()).toEqual({ pages: 2, more: false });
    expect(await tick()).toEqual({ pages: 0, more: false });
    const open = await crawl.status();
    expect(open).toMatchObject({ state: 'active', seconds: 0, discovered: 2, pages: { queued: 2, done: 0 } });
    expect(await finish()).toEqual([]);
    for (const page of await claim()) await answer(page);
    expect(await finish()).toEqual([crawl.id]);
    expect(await auditCounts(owner, crawl.id)).toMatchObject({ exact: true });
    const { rows } = await owner.query<{ action: string }>(
      'select action from audit_events where campaign_id = $1 order by id',
      [crawl.id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'campaign.created',
      'campaign.finished',
      'campaign.reopened',
      'campaign.finished',
    ]);
  });

  test('is no campaign that visits each page once', async () => {
    await using crawl = await recurring({ everySeconds: null });
    const [page] = await round();
    expect(page?.revisit).toBeNull();
    expect(await crawl.story()).toMatchObject({ nextVisitAt: null, changed: null });
    clock += 400 * day;
    expect(await tick()).toEqual({ pages: 0, more: false });
  });

  test('comes sooner to what changes and later to what does not, within half and four times, in rounds', async () => {
    await using crawl = await recurring({ retentionDays: 3_650 });
    const visit = async (content: string | undefined, at: number) => {
      crawl.at(at);
      await round(content === undefined ? unmodified : { content });
      const { changed, nextVisitAt } = await crawl.story();
      return { changed, weeks: ((crawl.since(nextVisitAt) ?? 0) - at) / week };
    };
    expect(await visit(hexA, 0)).toEqual({ changed: null, weeks: 1 });
    expect(await visit(hexB, week)).toEqual({ changed: true, weeks: 0.5 });
    expect(await visit(hexC, 1.5 * week)).toEqual({ changed: true, weeks: 0.5 });
    expect(await visit(hexC, 2 * week)).toEqual({ changed: false, weeks: 1 });
    expect(await visit(undefined, 3 * week)).toEqual({ changed: false, weeks: 2 });
    expect(await visit(hexC, 5 * week)).toEqual({ changed: false, weeks: 4 });
    expect(await visit(undefined, 9 * week)).toEqual({ changed: false, weeks: 4 });
    expect(await visit(hexA, 13 * week)).toEqual({ changed: true, weeks: 1 });
    // Visited late, after a fleet that stood still: due with the rounds again, and not once for each that was missed.
    crawl.at(40.1 * week);
    await round({ content: hexA });
    expect(crawl.since((await crawl.story()).nextVisitAt)).toBe(42 * week);
  });

  test('compares with the last visit that read it, and not what a browser shows with what there is without one', async () => {
    await using crawl = await recurring({ retentionDays: 3_650 });
    await round({ content: hexA });
    crawl.at(week);
    await round({ outcome: 'failed', code: 'http-client-error' });
    expect(await crawl.story()).toMatchObject({ state: 'failed', changed: null });
    crawl.at(2 * week);
    await round({ content: hexB });
    expect(await crawl.story()).toMatchObject({ changed: true });
    crawl.at(3 * week);
    await round({ content: hexA, http: { status: 200, bytes: 1, rendered: true } });
    expect(await crawl.story()).toMatchObject({ changed: null });
  });

  test('comes before half of the retention is over, where that is not sooner than usual', async () => {
    await using crawl = await recurring({ retentionDays: 20 });
    await round({ content: hexA });
    crawl.at(week);
    await round({ content: hexA });
    expect(crawl.since((await crawl.story()).nextVisitAt)).toBe(week + 10 * day);
  });

  test('tries at the usual time what failed or was excluded for now, and never what is excluded for good', async () => {
    await using crawl = await recurring({}, ['/', '/gone', '/private', '/out']);
    const [root, gone, secret, noindex] = await claim();
    if (!root || !gone || !secret || !noindex) return expect.unreachable();
    const links = [{ ...offer(`${root.origin}/beyond`), depth: 1, via: 'link', excluded: 'too-deep' }] as const;
    await answer(root, { links: [...links] });
    await answer(gone, { outcome: 'failed', code: 'http-client-error' });
    await excludePages(scheduler, [secret], { code: 'robots-disallowed', now: now() });
    await answer(noindex, { outcome: 'excluded', code: 'noindex' });
    expect(await finish()).toEqual([crawl.id]);
    expect((await crawl.story('/beyond')).nextVisitAt).toBeNull();
    crawl.at(week);
    expect(await tick()).toEqual({ pages: 4, more: false });
    expect(await crawl.story('/gone')).toMatchObject({ state: 'queued', code: null, attempts: 0, nextVisitAt: null });
    expect((await crawl.status()).pages).toMatchObject({ queued: 4, excluded: 1 });
  });

  test('comes back to pages that were copies of each other for once, and not to those that never were anything else', async () => {
    const paths = Array.from({ length: 12 }, (_, n) => `/${n}`);
    await using crawl = await recurring({ hostConcurrency: 64 }, paths);
    await round(...paths.map((_, n) => ({ content: n.toString(16).padStart(16, '0') })));
    crawl.at(week);
    await round({ content: hexA });
    expect((await crawl.status()).pages).toMatchObject({ done: 10, excluded: 2 });
    crawl.at(2 * week);
    expect((await round({ content: hexB })).length).toBe(12);
    await crawl.set('cancel');
    await using trap = await recurring({ hostConcurrency: 64 }, paths);
    await round({ content: hexA });
    trap.at(week);
    expect((await round({ content: hexA })).length).toBe(10);
  });

  test('is held by a pause, also between two rounds, and ended for good by cancelling it', async () => {
    await using crawl = await recurring();
    await round();
    await crawl.set('pause');
    crawl.at(3 * week);
    expect(await finish()).toEqual([]);
    expect(await tick()).toEqual({ pages: 0, more: false });
    expect((await crawl.status()).state).toBe('paused');
    await crawl.set('resume');
    expect(await tick()).toEqual({ pages: 1, more: false });
    await round();
    expect((await crawl.status()).state).toBe('finished');
    await crawl.set('cancel');
    expect(await crawl.status()).toMatchObject({ state: 'cancelled', nextVisitAt: null });
    clock += 10 * week;
    expect(await tick()).toEqual({ pages: 0, more: false });
  });

  test('has its time limit by the round, and what that left out is due with the next', async () => {
    await using crawl = await recurring({ maxSeconds: 60 }, ['/', '/late']);
    const [first, late] = await claim();
    if (!first || !late) return expect.unreachable();
    await answer(first);
    await answer(late, { outcome: 'failed', code: 'connection-lost' });
    const over = async () => (await excludeUnfetchable(scheduler, { now: now() }))['time-budget'];
    crawl.at(61_000);
    expect(await over()).toBe(1);
    await finish();
    crawl.at(week);
    expect(await tick()).toMatchObject({ pages: 2 });
    expect(await over()).toBe(0);
    crawl.at(week + 61_000);
    expect(await over()).toBe(2);
    expect(crawl.since((await crawl.story('/late')).nextVisitAt)).toBe(2 * week);
  });

  test('keeps its page budget over rounds; a larger one between two of them is work for a new one', async () => {
    await using crawl = await recurring({ maxPages: 2 }, ['/', '/two']);
    const [root, two] = await claim();
    if (!root || !two) return expect.unreachable();
    await excludePages(scheduler, [two], { code: 'robots-disallowed', now: now() });
    await answer(root, { links: [{ ...offer(`${root.origin}/three`), depth: 1, via: 'link' }] });
    await round();
    expect((await crawl.status()).pages).toMatchObject({ done: 2, excluded: 1 });
    crawl.at(week);
    expect(await tick()).toEqual({ pages: 2, more: false });
    expect(await crawl.story('/two')).toMatchObject({ state: 'excluded', code: 'page-budget', nextVisitAt: null });
    await round();
    const limits = { maxPages: 3 };
    await console.transaction((tx) => changeLimits(tx, { campaignId: crawl.id, limits, actor: 'test', now: now() }));
    expect(await crawl.status()).toMatchObject({ state: 'active', pages: { queued: 1, done: 2 } });
  });
});

const step = fc.oneof(
  fc.record({ does: fc.constant('answer' as const), how: fc.nat(6) }),
  fc.record({ does: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 20 }) }),
  fc.constantFrom(...(['claim', 'claim', 'revisit', 'revisit', 'finish', 'pause', 'resume', 'time-over'] as const)),
);

test('I9: whatever is visited again, and whenever, it adds up, and a campaign is finished when nothing is left', async () => {
  const answers: Answer[] = [
    { content: hexA, numbers: [sealedNumber(20)] },
    { content: hexB, numbers: [sealedNumber(20), sealedNumber(21)] },
    unmodified,
    unmodified,
    { outcome: 'failed', code: 'http-client-error' },
    { outcome: 'failed', code: 'connection-lost' },
    { outcome: 'excluded', code: 'noindex' },
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
      await using crawl = await recurring({ retentionDays: 15, maxPages: 4, maxSeconds: 86_400 }, [
        '/',
        '/a',
        '/b',
        '/c',
      ]);
      let leased: ClaimedPage[] = [];
      for (const one of steps) {
        if (one === 'claim') leased = [...leased, ...(await claim())];
        else if (one === 'revisit') await tick();
        else if (one === 'finish') await finish();
        else if (one === 'time-over') await excludeUnfetchable(scheduler, { now: now() });
        else if (one === 'pause' || one === 'resume') await crawl.set(one).catch(() => {});
        else if (one.does === 'wait') clock += one.days * day;
        else {
          const page = leased.shift();
          if (page) expect((await answer(page, answers[one.how])).verdict).toBe('committed');
        }
        const { state, pages, discovered } = await crawl.status();
        expect(pages.queued + pages.leased + pages.done + pages.failed + pages.excluded).toBe(discovered);
        expect(pages.done + pages.failed + pages.queued + pages.leased).toBeLessThanOrEqual(4);
        if (state === 'finished') expect(pages).toMatchObject({ queued: 0, leased: 0 });
      }
      expect(await auditCounts(owner, crawl.id)).toMatchObject({ exact: true });
      expect(await compareCounts(owner)).toEqual([]);
      for (const page of leased) await answer(page);
    }),
    { numRuns: 8 },
  );
});

describe('a page that is as it was', () => {
  const on = async (campaignId: string) => {
    const { rows } = await owner.query<{ index: string; days: number }>(
      `select encode(blind_index, 'hex') as index, (extract(epoch from seen_at - $2::timestamptz) / 86400)::int as days
       from sightings where campaign_id = $1`,
      [campaignId, new Date('2026-11-23T10:00:00Z')],
    );
    const told = rows.map(({ index, days }) => ({ name: names.get(index) ?? '', days: days - dayNow() }));
    return told
      .sort((a, b) => a.days - b.days || a.name.localeCompare(b.name))
      .map(({ name, days }) => `${name} ${days}`);
  };
  const dayNow = () => Math.round((clock - Date.parse('2026-11-23T10:00:00Z')) / day);
  const [kept, gone, other] = [sealedNumber(1), sealedNumber(2), sealedNumber(3)];
  const names = new Map([kept, gone, other].map((one, at) => [one.blindIndex.toString('hex'), 'kgo'[at]]));

  test('has its numbers seen again, those of its last visit; the audit counts and traces them', async () => {
    await using crawl = await recurring({ retentionDays: 30 });
    await round({ numbers: [kept, gone] });
    crawl.at(week);
    await round({ numbers: [kept] });
    crawl.at(2 * week);
    const [page] = await round(unmodified);
    expect(page?.revisit).toEqual(validators);
    expect(await on(crawl.id)).toEqual(['g -14', 'k -14', 'k -7', 'k 0']);
    expect(await auditCounts(owner, crawl.id)).toMatchObject({ exact: true, counters: { sightings: { held: 4 } } });
    const { rows } = await owner.query<{ told: number }>(
      `select sum((details ->> 'sightings')::int)::int as told from audit_events
       where campaign_id = $1 and action = 'page.committed'`,
      [crawl.id],
    );
    expect(rows).toEqual([{ told: 4 }]);
    const trace = await traceNumber(console, { lineIndex: kept.blindIndex, suppressionIndex: kept.suppressionIndex });
    expect(trace.sightings[0]).toMatchObject({ campaignId: crawl.id, at: now(), worker: 'test' });
    // Retention runs from when they were last seen: by now those of the first two visits are over.
    crawl.at(2 * week + 25 * day);
    await scheduler.transaction((tx) => expireFindings(tx, { now: now() }));
    expect(await on(crawl.id)).toEqual(['k -25']);
    expect(await auditCounts(owner, crawl.id)).toMatchObject({ exact: true });
    expect(await crawl.story()).toMatchObject({ state: 'done', findings: 1, httpStatus: 304, changed: false });
  });

  test('twice on a day is one sighting', async () => {
    await using crawl = await recurring({ everySeconds: 3_600 });
    await round({ numbers: [kept, gone] });
    crawl.at(3_600_000);
    await round({ numbers: [kept] });
    crawl.at(2 * 3_600_000);
    await round(unmodified);
    expect(await on(crawl.id)).toEqual(['g 0', 'k 0']);
    crawl.at(day);
    await round(unmodified);
    expect(await on(crawl.id)).toEqual(['g -1', 'k -1', 'k 0']);
  });

  test('G55: brings nothing back that was erased or opted out, whichever came first', async () => {
    await using crawl = await recurring();
    await round({ numbers: [kept, gone, other] });
    const subject = (one: SealedNumber) => ({ lineIndex: one.blindIndex, suppressionIndex: one.suppressionIndex });
    const asked = { actor: 'test', now: now() };
    await console.transaction((tx) => eraseNumbers(tx, { subjects: [subject(gone)], reason: 'test', ...asked }));
    await console.transaction((tx) => suppressNumbers(tx, { subjects: [subject(other)], ...asked }));
    crawl.at(week);
    await round(unmodified);
    expect(await on(crawl.id)).toEqual(['k -7', 'o -7', 'k 0']);
  });
});

describe('its validators', () => {
  const sent = async (answered: Answer, between: (page: ClaimedPage) => Promise<unknown> = async () => {}) => {
    await using crawl = await recurring({ retentionDays: 5 });
    const [page] = await claim();
    await answer(page ?? expect.unreachable(), answered);
    await between(page ?? expect.unreachable());
    await finish();
    crawl.at(week);
    await tick();
    const [again] = await claim();
    return again?.revisit;
  };
  const number = { numbers: [sealedNumber(9)] };

  test.each<[string, Answer]>([
    ['was cut', { cuts: ['links'] }],
    ['was too large', { code: 'too-large' }],
    ['failed', { outcome: 'failed', code: 'http-client-error' }],
    ['is not to be kept', { outcome: 'excluded', code: 'noindex' }],
    ['was read in a browser', { http: { status: 200, bytes: 1, rendered: true } }],
    ['was found so long ago that its numbers may have expired', number],
  ])('are not used of a page that %s', async (_, answered) => {
    expect(await sent(answered)).toEqual({});
  });

  test('are dropped when its numbers are not held any more, so that the next visit finds them', async () => {
    await using crawl = await recurring();
    await round(number);
    await owner.query('delete from sightings where campaign_id = $1', [crawl.id]);
    crawl.at(week);
    expect((await round(unmodified))[0]?.revisit).toEqual(validators);
    crawl.at(3 * week);
    expect((await round(number))[0]?.revisit).toEqual({});
  });

  test('are not used of a page that is queued again to be read in a browser', async () => {
    await using _crawl = await recurring({}, ['/', '/like-it']);
    const render = { kind: 3, decision: 'looks-whole', gained: null } as const;
    const [first, second] = await claim();
    await answer(first ?? expect.unreachable(), { hostEvidence: { render } });
    const gained = { hostEvidence: { render: { ...render, decision: 'sample', gained: true } } } as const;
    await answer(second ?? expect.unreachable(), gained);
    expect((await claim()).map(({ id, revisit }) => ({ id, revisit }))).toEqual([{ id: first?.id, revisit: {} }]);
  });

  test('I3: cannot rest in plain where they may hold a number', async () => {
    await using _crawl = await recurring();
    const [page] = await claim();
    const answered = (etag: WireUrl) => answer(page ?? expect.unreachable(), { validators: { etag } });
    await expect(answered({ p: '"4420794609"' })).rejects.toMatchObject({ code: '23514' });
    expect(await answered({ c: 'c2VhbGVk' })).toMatchObject({ verdict: 'committed' });
  });
});
