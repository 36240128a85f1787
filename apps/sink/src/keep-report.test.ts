import { type FleetEvent, queueNames, type WorkerReport } from '@numfleet/contracts';
import { createTestDatabase as createEmptyDatabase, urlAs } from '@numfleet/embedded/testing';
import { consumeQueue, type JobQueue, migrateQueue, openQueue, type QueueConnection } from '@numfleet/queue';
import { listWorkers, type Store } from '@numfleet/store';
import { createTestDatabase, type TestDatabase } from '@numfleet/store/testing';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createKeepReport } from './keep-report.ts';

const now = Date.UTC(2026, 10, 23, 12);

let database: TestDatabase;
let store: Store;
let connection: QueueConnection;
/** As the crawler has it. */
let reports: JobQueue<typeof queueNames.reports>;
let events: FleetEvent[];
const parts = new AsyncDisposableStack();
beforeAll(async () => {
  database = parts.use(await createTestDatabase(inject('postgresUrl')));
  store = database.store('numfleet_sink');
  const url = await createEmptyDatabase(inject('postgresUrl'));
  await migrateQueue({ connectionString: url });
  connection = { kind: 'postgres', url: urlAs('numfleet_sink', url) };
  const outside: QueueConnection = { kind: 'postgres', url: urlAs('numfleet_crawler', url) };
  reports = parts.use(
    openQueue({ queue: queueNames.reports, connection: outside, emit: () => {}, applicationName: 'crawler-1' }),
  );
});
afterAll(() => parts.disposeAsync());
beforeEach(() => {
  events = [];
});

const consume = () =>
  consumeQueue({
    queue: queueNames.reports,
    connection,
    workerName: 'sink',
    concurrency: 1,
    emit: (event) => events.push(event),
    handle: createKeepReport({ store, now: () => now }),
  });

const message = (changes: Partial<WorkerReport> = {}) => ({
  v: 1 as const,
  kind: 'report' as const,
  report: {
    name: 'crawler-1',
    startedAt: now - 60_000,
    at: now,
    jobsInFlight: 3,
    capacity: 8,
    taken: 40,
    ended: 37,
    rssBytes: 180_000_000,
    browsers: 1,
    browserPages: 2,
    sandboxed: true,
    ...changes,
    app: 'crawler' as const,
  },
});
const listed = () => listWorkers(store, { now: new Date(now), withinMs: 60_000 });
const ended = (count: number) =>
  expect.poll(() => events.filter(({ type }) => type === 'job.ended').length).toBe(count);

test('a crawler without a database is listed, and its clock is not believed but for how long it runs', async () => {
  const hourMs = 3_600_000;
  await reports.add([message({ at: now - hourMs, startedAt: now - hourMs - 5_000 })]);
  await using _consumer = await consume();
  await ended(1);
  expect(await listed()).toEqual([message({ startedAt: now - 5_000 }).report]);
});

test('one report of a worker waits at most, and none stays when it has ended', async () => {
  await reports.add([message(), message({ taken: 41, ended: 38 })]);
  await reports.add([message(), message({ name: 'crawler-2' })]);
  expect(await reports.depth()).toMatchObject({ waiting: 2 });
  await using _consumer = await consume();
  await ended(2);
  await expect.poll(() => reports.stateOf('report-crawler-1')).toEqual({ state: 'gone' });
  await reports.add([message({ taken: 50, ended: 50, jobsInFlight: 0 })]);
  await ended(3);
  expect((await listed()).map(({ name, taken }) => [name, taken])).toEqual([
    ['crawler-1', 50],
    ['crawler-2', 40],
  ]);
});

test('a forged report is dropped and keeps no other one out', async () => {
  const forged = [
    { ...message().report, app: 'scheduler', name: 'scheduler' },
    { ...message().report, name: 'x'.repeat(64) },
    { ...message().report, note: 'one field too many' },
    { ...message().report, taken: 1e300 },
  ];
  for (const [index, report] of forged.entries()) {
    await reports.bull.add(
      'report',
      { m: { v: 1, kind: 'report', report } },
      { jobId: `report-forged-${index}`, attempts: 1, removeOnFail: true },
    );
  }
  await reports.add([message({ name: 'crawler-3' })]);
  await using _consumer = await consume();
  await ended(5);
  expect(events.filter(({ type }) => type === 'job.dead-lettered')).toHaveLength(4);
  await expect.poll(() => reports.depth()).toEqual({ waiting: 0, active: 0, failed: 0 });
  expect((await listed()).map(({ name }) => name)).toContain('crawler-3');
  expect((await listed()).map(({ app }) => app)).not.toContain('scheduler');
});
