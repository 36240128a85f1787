import { beforeAll, expect, test } from 'vitest';
import { type ClaimedPage, commitPageResult, eraseNumbers, type SealedNumber } from '../index.ts';
import { claimAnswered, offer, resultOf, sealedNumber } from '../testing/test-database.ts';
import { openTestStores, startCampaign } from '../testing/test-stores.ts';

const now = new Date('2026-11-23T10:00:00Z');
const sinks = 32;

const { database, owner, scheduler, console } = await openTestStores();
const sink = database.store('numfleet_sink', sinks);
let pages: ClaimedPage[];
beforeAll(async () => {
  const seeds = Array.from({ length: sinks }, (_, n) => offer(`http://site-${n}.test/`));
  await startCampaign(console, seeds, now, { delayMs: 0, hostConcurrency: 9 });
  pages = (await claimAnswered(scheduler, sink, { now })).pages;
  expect(pages).toHaveLength(sinks);
});

test('G55: a number that is erased while 32 sinks commit it is gone when all have ended, and no other is', async () => {
  const [objected, other] = [sealedNumber(1), sealedNumber(2)];
  const commit = (page: ClaimedPage) =>
    sink.transaction((tx) =>
      commitPageResult(tx, { result: resultOf(page, now), numbers: [objected, other], links: [] }, { now }),
    );
  const halves = [pages.slice(0, sinks / 2), pages.slice(sinks / 2)];
  const [reports, erased] = await Promise.all([
    Promise.all((halves[0] ?? []).map(commit)).then(async (first) => [
      ...first,
      ...(await Promise.all((halves[1] ?? []).map(commit))),
    ]),
    erase(objected),
  ]);
  const stored = reports.reduce((sum, report) => sum + report.sightings, 0);
  const suppressed = reports.reduce((sum, report) => sum + report.suppressed, 0);
  expect(stored + suppressed).toBe(2 * sinks);
  // What had been stored of it before is what was erased.
  expect(erased.sightings).toBe(stored - sinks);
  const held = async (number: SealedNumber) => {
    const { count: numbers } = await owner.query('select from numbers where blind_index = $1', [number.blindIndex]);
    const { count } = await owner.query('select from sightings where blind_index = $1', [number.blindIndex]);
    return { numbers, sightings: count };
  };
  expect([await held(objected), await held(other)]).toEqual([
    { numbers: 0, sightings: 0 },
    { numbers: 1, sightings: sinks },
  ]);
});

async function erase({ blindIndex, suppressionIndex }: SealedNumber) {
  const subjects = [{ lineIndex: blindIndex, suppressionIndex }];
  return await console.transaction((tx) => eraseNumbers(tx, { subjects, reason: 'test', actor: 'test', now }));
}
