import { createUrlCodec } from '@numfleet/privacy';
import { type ClaimedPage, commitPageResults, createCampaign, type Store } from '@numfleet/store';
import {
  claimAnswered,
  createTestDatabase,
  offer,
  resultOf,
  settingsOf,
  type TestDatabase,
} from '@numfleet/store/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createAdviseRender } from './advise-render.ts';

const urls = createUrlCodec({ key: Buffer.alloc(32, 7) });
let database: TestDatabase;
let scheduler: Store;
let sink: Store;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
  scheduler = database.store('numfleet_scheduler');
  sink = database.store('numfleet_sink');
});
afterAll(() => database[Symbol.asyncDispose]());

/** Claimed pages of a host: so many of one kind, and one of another. */
async function claimed(host: string, count: number, render: 'auto' | 'never' = 'auto'): Promise<ClaimedPage[]> {
  const seeds = [
    offer(`http://${host}/`),
    ...Array.from({ length: count }, (_, at) => offer(`http://${host}/flats/${at}`)),
  ];
  const settings = settingsOf({ delayMs: 0, hostConcurrency: 64, render });
  await database
    .store('numfleet_console')
    .transaction((tx) => createCampaign(tx, { settings, seeds, actor: 'test', now: new Date() }));
  const { pages } = await claimAnswered(scheduler, sink, { now: new Date() });
  return pages.toSorted((a, b) => Number(a.id) - Number(b.id));
}

test('of each kind the first page and the fifth are samples, then one in twenty, however late their results are', async () => {
  const adviseRender = createAdviseRender({ store: scheduler, urls });
  const [home, ...flats] = await claimed('samples.example', 45);
  const advice = await adviseRender([...(home ? [home] : []), ...flats]);
  const samples = flats.flatMap(({ id }, at) => (advice.get(id)?.advice === 'sample' ? [at] : []));
  expect(samples).toEqual([0, 4, 20, 40]);
  expect(advice.get(home?.id ?? '')).toMatchObject({ advice: 'sample' });
  expect(new Set(flats.map(({ id }) => advice.get(id)?.kind)).size).toBe(1);
});

test('what pages of a kind have shown goes for all of them, and is known after a restart', async () => {
  const [home, first, ...rest] = await claimed('shown.example', 3);
  if (!home || !first) throw new Error('not claimed');
  const before = await createAdviseRender({ store: scheduler, urls })([home, first, ...rest]);
  const kind = before.get(first.id)?.kind ?? 0;
  const http = { status: 200, bytes: 1, rendered: true };
  const result = resultOf(first, new Date(), {
    http,
    hostEvidence: { render: { kind, decision: 'sample', gained: true } },
  });
  await sink.transaction((tx) => commitPageResults(tx, [{ result, numbers: [], links: [] }], { now: new Date() }));
  const after = await createAdviseRender({ store: scheduler, urls })([home, ...rest]);
  expect(rest.map(({ id }) => after.get(id))).toEqual(rest.map(() => ({ kind, advice: 'browser' })));
  expect(after.get(home.id)?.advice).toBe('sample');
});

test('a campaign that says itself whether to render gets no advice', async () => {
  const pages = await claimed('never.example', 2, 'never');
  expect(await createAdviseRender({ store: scheduler, urls })(pages)).toEqual(new Map());
});
