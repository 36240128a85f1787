import type { CampaignSettings } from '@numfleet/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { finishCampaigns, readCampaignStatus } from './index.ts';
import { offer, settingsOf } from './testing/test-database.ts';
import { openTestStores, startCampaign } from './testing/test-stores.ts';
import { createWorld, hostOf, type Step } from './testing/test-world.ts';

const { database, scheduler, console } = await openTestStores();
const schedulers = [scheduler, database.store('numfleet_scheduler')];

const slots = fc.constantFrom(null, null, 1, 2);
const campaignModel = fc.record({
  delayMs: fc.constantFrom(0, 100, 1_000),
  hostConcurrency: fc.integer({ min: 1, max: 3 }),
  domainConcurrency: slots,
  addressConcurrency: slots,
  pages: fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }),
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
        const limits = new Map<string, CampaignSettings>();
        const world = createWorld({ schedulers, sink, hosts: `sim-${run}`, limits, workersAhead });
        for (const [c, { pages, ...changes }] of models.entries()) {
          const settings = settingsOf(changes);
          const seeds = pages.map((host, n) => offer(`http://${hostOf(`sim-${run}`, host)}/${c}-${n}`));
          limits.set(await startCampaign(console, seeds, world.now(), settings), settings);
        }
        for (const one of steps) await world.take(one);
        await world.finishAll();
        for (const id of limits.keys()) {
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
  const hosts = `early-${schedulersAhead}`;
  const finished = crawlPages(hosts, [0, 0], { settings: { delayMs: 1_000 }, world: { schedulersAhead } });
  if (caught === undefined) await finished;
  else await expect(finished).rejects.toThrow(caught);
});

test.each([
  ['domain', { domainConcurrency: 1 }],
  ['address', { addressConcurrency: 1 }],
])('I7: a host too many of one %s is caught where nothing bounds them (negative control)', async (group, limits) => {
  const all = { domainConcurrency: null, addressConcurrency: null, ...limits };
  const world = { limits: { get: () => all } };
  const pages = [0, 1, 2, 0, 1, 2];
  await crawlPages(`bounded-${group}`, pages, { settings: { delayMs: 0, ...limits }, world });
  const unbounded = crawlPages(`unbounded-${group}`, pages, { settings: { delayMs: 0 }, world });
  await expect(unbounded).rejects.toThrow(`I7: the ${group}`);
});

/** A campaign of a page each on these hosts of a world, to its end. */
async function crawlPages(
  hosts: string,
  pages: readonly number[],
  options: { settings: Partial<CampaignSettings>; world: Partial<Parameters<typeof createWorld>[0]> },
): Promise<void> {
  const sink = database.store('numfleet_sink', 2);
  const world = createWorld({ schedulers, sink, hosts, workersAhead: [0], ...options.world });
  const seeds = pages.map((host, n) => offer(`http://${hostOf(hosts, host)}/${n}`));
  await startCampaign(console, seeds, world.now(), options.settings);
  await world.finishAll();
  expect(world.pagesDone()).toEqual(pages.map(() => 1));
}
