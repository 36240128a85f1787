import type { WorkerReport } from '@numfleet/contracts';
import { beforeEach, expect, test } from 'vitest';
import { forgetWorkers, listWorkers, recordWorker, type Store } from './index.ts';
import { openTestStores } from './testing/test-stores.ts';

const { owner, scheduler, sink, console } = await openTestStores();
beforeEach(async () => void (await owner.query('truncate workers')));

const noon = Date.UTC(2026, 10, 23, 12);
const report = (changes: Partial<WorkerReport> = {}): WorkerReport => ({
  name: 'crawler-1',
  app: 'crawler',
  startedAt: noon - 60_000,
  at: noon,
  jobsInFlight: 3,
  capacity: 8,
  taken: 40,
  ended: 37,
  rssBytes: 180_000_000,
  browsers: 1,
  browserPages: 2,
  sandboxed: true,
  ...changes,
});
const listed = (store: Store, withinMs = 60_000) => listWorkers(store, { now: new Date(noon), withinMs });

test('what a process says of itself replaces what it said before; the console reads all of it', async () => {
  await recordWorker(sink, report({ taken: 1 }));
  await recordWorker(sink, report());
  const own = [
    report({ name: 'console', app: 'console', at: noon + 1 }),
    report({ name: 'scheduler', app: 'scheduler' }),
  ] as const;
  await recordWorker(console, own[0]);
  await recordWorker(scheduler, own[1]);
  expect(await listed(console)).toEqual([own[0], report(), own[1]]);
});

test('one that is silent is listed no more, and forgotten after a day', async () => {
  await recordWorker(sink, report({ name: 'silent', at: noon - 60_000 }));
  await recordWorker(sink, report({ name: 'gone', at: noon - 86_400_001 }));
  expect(await listed(sink)).toEqual([]);
  await forgetWorkers(scheduler, { now: new Date(noon) });
  expect((await listed(sink, Number.MAX_SAFE_INTEGER / 1_000)).map(({ name }) => name)).toEqual(['silent']);
});

test('what claims to be a crawler takes no name from the trusted zone, and its owner gets one back', async () => {
  const scheduler = report({ name: 'scheduler', app: 'scheduler' });
  await recordWorker(sink, report({ name: 'scheduler' })); // squatted before the scheduler came
  await recordWorker(sink, scheduler);
  await recordWorker(sink, report({ name: 'scheduler' }));
  expect(await listed(sink)).toEqual([scheduler]);
});

test('I8: beyond a thousand names only those that are known are taken in', async () => {
  await sink.query(`insert into workers select 'forged-' || n, 'crawler', $1, '{}' from generate_series(1, 999) n`, [
    new Date(noon),
  ]);
  await recordWorker(sink, report());
  await recordWorker(sink, report({ name: 'one-too-many' }));
  await recordWorker(sink, report({ taken: 41 }));
  expect(await listed(sink)).toEqual([report({ taken: 41 })]);
});
