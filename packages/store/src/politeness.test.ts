import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createCampaign, finishCampaigns, readCampaignStatus, type Store } from './index.ts';
import { createTestDatabase, offer, settingsOf, type TestDatabase } from './testing/test-database.ts';
import { createWorld, type Step } from './testing/test-world.ts';

let database: TestDatabase;
let schedulers: Store[];
let console: Store;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
  schedulers = [database.store('numfleet_scheduler'), database.store('numfleet_scheduler')];
  console = database.store('numfleet_console');
});

afterAll(() => database[Symbol.asyncDispose]());

const hosts = 3;
const campaignModel = fc.record({
  delayMs: fc.constantFrom(0, 100, 1_000),
  hostConcurrency: fc.integer({ min: 1, max: 3 }),
  pages: fc.array(fc.integer({ min: 0, max: hosts - 1 }), { minLength: 1, maxLength: 8 }),
});

const which = fc.nat(9);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ does: fc.constant('claim'), window: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('request'), which }) },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('finish'), which, how: fc.nat(6) }) },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('wait'), ms: fc.nat(700) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('crash'), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('empty-queue') }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('set-clock'), ms: fc.constantFrom(-3_600_000, -700, 5_000, 3_600_000) }),
  },
);

/** As many runs as fit some ten seconds; more, or those of a seed that failed, where the environment asks for them. */
const runs = {
  numRuns: Number(process.env.NUMFLEET_TEST_RUNS ?? 12),
  ...(process.env.NUMFLEET_TEST_SEED !== undefined && { seed: Number(process.env.NUMFLEET_TEST_SEED) }),
};

test('I7, I8, I9: not one request too early or too many, whatever crashes and whatever the clocks do', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(campaignModel, { minLength: 1, maxLength: 3 }),
      fc.array(step, { minLength: 20, maxLength: 60 }),
      fc.array(fc.constantFrom(0, 7_000, -7_000), { minLength: 2, maxLength: 2 }),
      async (models, steps, workersAhead) => {
        run += 1;
        const sink = database.store('numfleet_sink', 2);
        const world = createWorld({ schedulers, sink, hosts: `sim-${run}`, workersAhead });
        const ids: string[] = [];
        for (const [c, { pages, ...settings }] of models.entries()) {
          const seeds = pages.map((host, n) => offer(`http://sim-${run}-${host}.test/${c}-${n}`));
          const create = { settings: settingsOf(settings), seeds, actor: 'test', now: world.now() };
          ids.push((await console.transaction((tx) => createCampaign(tx, create))).id);
        }
        for (const one of steps) await world.take(one);
        await world.finishAll();
        for (const id of ids) {
          await schedulers[0]?.transaction((tx) => finishCampaigns(tx, { now: world.now() }));
          const { state, pages, discovered } = await readCampaignStatus(console, id, world.now());
          expect({ state, ended: pages.done + pages.failed + pages.excluded }).toEqual({
            state: 'finished',
            ended: discovered,
          });
        }
        expect(world.pagesDone().filter((times) => times !== 1)).toEqual([]);
        await sink.close();
      },
    ),
    { ...runs, endOnFailure: true },
  );
}, 600_000);

test.each([
  ['is not heard of', 0, undefined],
  ['by schedulers that are ahead of the others is caught (negative control)', 900, 'I7: the delay'],
])('I7: a request too early %s', async (_name, schedulersAhead, caught) => {
  const sink = database.store('numfleet_sink', 2);
  const hosts = `early-${schedulersAhead}`;
  const world = createWorld({ schedulers, sink, hosts, workersAhead: [0], schedulersAhead });
  const seeds = [offer(`http://${hosts}-0.test/a`), offer(`http://${hosts}-0.test/b`)];
  const create = { settings: settingsOf({ delayMs: 1_000 }), seeds, actor: 'test', now: world.now() };
  await console.transaction((tx) => createCampaign(tx, create));
  const finished = world.finishAll();
  if (caught === undefined) await finished;
  else await expect(finished).rejects.toThrow(caught);
});
