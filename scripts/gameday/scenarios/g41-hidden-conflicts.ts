import { connect, type FleetProcess, until } from '@numfleet/e2e';
import { type CommitReport, commitPageResults, createStore } from '@numfleet/store';
import { resultOf, sealedNumber } from '../../../packages/store/src/testing/test-database.ts';
import { defineScenario } from '../frame/define-scenario.ts';
import type { Assertion, Fault } from '../frame/scenario.ts';
import { editSource } from '../inject/edit-source.ts';
import { freezePart } from '../inject/signals.ts';
import { clusterUrl } from './cluster-url.ts';
import { type FleetField, openFleetField } from './fleet-field.ts';
import { assertion, crawl, endedPages, sumOverFleet } from './measure.ts';

const [sinks, numbersEach] = [32, 1_000];
const hosts = Array.from({ length: sinks }, (_, n) => `http://plain-${n}.test/`);
const stale = { metric: 'numfleet_commits_total', labels: { verdict: 'stale' } };

/** `INSERT IGNORE` hid that rows were not written, and duplicates got in where nothing was unique. */
export const g41 = defineScenario<FleetField>({
  id: 'G41',
  title: 'The same numbers from many sinks at once, and rows that the database swallows',
  deadlineMs: 180_000,
  open: () =>
    openFleetField({
      env: { NUMFLEET_CRAWLERS: '1' },
      undefended: editSource({
        file: 'packages/store/src/insert-findings.ts',
        from: 'if (missing === 0) return;',
        to: 'return;',
      }),
    }),
  faults: [atOnce(), swallowed()],
});

function atOnce(): Fault<FleetField> {
  return {
    title: `${sinks} sinks commit the same ${numbersEach} numbers at once, under the leases of a worker that stands`,
    signal: {
      ...{ ...stale, least: sinks, withinSeconds: 30 },
      elsewhere: { metric: 'numfleet_dead_letters_total', labels: {} },
    },
    async inject(field) {
      const { fleet } = field;
      const before = await sumOverFleet(field, stale);
      // Their robots.txt are known then, so that their pages are leased at once.
      await endedPages(fleet, await crawl(fleet, hosts), 30_000);
      // Its leases stay. Not for 15 s: the supervisor would replace it.
      const worker = await freezePart(fleet, { service: 'crawler-1' });
      return {
        async hold() {
          const campaign = await crawl(fleet, hosts);
          const reports = await commitAtOnce(fleet, campaign);
          await worker[Symbol.asyncDispose]();
          // What the worker itself found is late, and would be one number more.
          const late = async () => (await sumOverFleet(field, stale)) - before >= sinks;
          await until('the results of the worker', 30_000, late);
          const { numbers, sightings } = await fleet.api.status(campaign);
          return [
            ...storedOnce(await rowsOf(fleet, campaign), reports),
            assertion(
              'its counters say the same',
              numbers === numbersEach && sightings === sinks * numbersEach,
              `${numbers} numbers, ${sightings} sightings`,
            ),
          ];
        },
        [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
      };
    },
    defenceOff: { title: 'looking first whether it is there', run: async ({ fleet }) => [await lookingFirst(fleet)] },
  };
}

interface Lease {
  id: string;
  campaignId: string;
  leaseToken: string;
}

async function commitAtOnce({ home }: FleetProcess, campaign: string): Promise<CommitReport[]> {
  await using stack = new AsyncDisposableStack();
  await using truth = await connect(home, 'numfleet');
  const leases = await until('the leases', 10_000, async () => {
    const rows = await truth.query<Lease>(
      `select id, campaign_id as "campaignId", lease_token as "leaseToken" from pages
       where campaign_id = $1 and state = 'leased' order by id`,
      [campaign],
    );
    return rows.length === sinks && rows;
  });
  const connectionString = await clusterUrl(home, 'numfleet');
  const stores = leases.map(() => stack.use(createStore({ connectionString, applicationName: 'game day', max: 1 })));
  await Promise.all(stores.map((store) => store.query('select')));
  const numbers = Array.from({ length: numbersEach }, (_, n) => sealedNumber(n));
  const now = new Date();
  const commits = stores.map(async (store, n) => {
    // Each begins elsewhere.
    const shuffled = [...numbers.slice(n * 30), ...numbers.slice(0, n * 30)];
    const commit = { result: resultOf(leases[n] as Lease, now), numbers: shuffled, links: [] };
    return await store.transaction((tx) => commitPageResults(tx, [commit], { now }));
  });
  return (await Promise.all(commits)).flat();
}

async function rowsOf({ home }: FleetProcess, campaign: string) {
  await using truth = await connect(home, 'numfleet');
  const count = async (table: 'numbers' | 'sightings') =>
    (await truth.query(`select from ${table} where campaign_id = $1`, [campaign])).length;
  return { numbers: await count('numbers'), sightings: await count('sightings') };
}

function storedOnce(rows: Awaited<ReturnType<typeof rowsOf>>, reports: readonly CommitReport[]): Assertion[] {
  const committed = reports.filter(({ verdict }) => verdict === 'committed').length;
  const told = reports.reduce((sum, report) => sum + report.numbers, 0);
  return [
    assertion('all are committed', committed === sinks, `${committed} of ${sinks}`),
    assertion('one row a number', rows.numbers === numbersEach, `${rows.numbers} rows of ${numbersEach}`),
    assertion('every sighting is kept', rows.sightings === sinks * numbersEach, `${rows.sightings}`),
    assertion('each is new to one commit alone', told === numbersEach, `${told} told as new`),
  ];
}

/** As many, into a table in which nothing is unique. */
async function lookingFirst({ home }: FleetProcess): Promise<Assertion> {
  await using truth = await connect(home, 'numfleet');
  await using stack = new AsyncDisposableStack();
  await truth.query('create table looked_first (number int)');
  stack.defer(async () => void (await truth.query('drop table looked_first')));
  const clients = await Promise.all(hosts.map(async () => stack.use(await connect(home, 'numfleet'))));
  await Promise.all(
    clients.map((client) =>
      client.query(
        `insert into looked_first select number from generate_series(1, $1::int) number
         where not exists (select from looked_first known where known.number = number)`,
        [numbersEach],
      ),
    ),
  );
  const rows = (await truth.query('select from looked_first')).length;
  return assertion('one row a number', rows === numbersEach, `${rows} rows of ${numbersEach}`);
}

function swallowed(): Fault<FleetField> {
  const metric = 'numfleet_dead_letters_total';
  return {
    title: 'a trigger swallows one row in sixteen, without an error',
    signal: {
      ...{ metric, labels: { queue: 'results', code: 'commit-failed' }, least: 1, withinSeconds: 15 },
      elsewhere: { metric, labels: { queue: 'results', code: 'seal-invalid' } },
    },
    async inject({ fleet, sites }) {
      const swallowing = await swallowRows(fleet);
      const campaign = await crawl(fleet, [sites.urlOf('directory')]);
      return {
        hold: () => failsLoudly(fleet, campaign),
        async [Symbol.asyncDispose]() {
          await swallowing[Symbol.asyncDispose]();
          await fleet.api.change(campaign, 'cancel');
        },
      };
    },
    defenceOff: {
      title: 'what is stored is not counted',
      async run(field) {
        const { fleet, sites } = await field.undefended();
        await using _ = await swallowRows(fleet);
        return await failsLoudly(fleet, await crawl(fleet, [sites.urlOf('directory')]));
      },
    },
  };
}

async function swallowRows({ home }: FleetProcess): Promise<AsyncDisposable> {
  await using truth = await connect(home, 'numfleet');
  await truth.query(`create function swallow() returns trigger language plpgsql as 'begin return null; end'`);
  await truth.query(`create trigger swallow before insert on numbers for each row
    when (get_byte(new.blind_index, 0) < 16) execute function swallow()`);
  return {
    async [Symbol.asyncDispose]() {
      await using again = await connect(home, 'numfleet');
      await again.query('drop function swallow cascade');
    },
  };
}

/** Nothing of it is stored, and it is known. */
async function failsLoudly(fleet: FleetProcess, campaign: string): Promise<Assertion[]> {
  const { home } = fleet;
  await using truth = await connect(home, 'numfleet');
  const codes = async () =>
    (await truth.query<{ code: string }>('select code from dead_letters')).map(({ code }) => code);
  const isOver = async () => (await codes()).length > 0 || (await fleet.api.status(campaign)).pages.done === 1;
  await until('the commit to end', 20_000, isOver);
  const rows = await rowsOf(fleet, campaign);
  const { pages } = await fleet.api.status(campaign);
  const told = await codes();
  return [
    assertion('it is set aside, and why', told.includes('commit-failed'), told.join(', ') || 'nothing is told'),
    assertion('the page is not done', pages.done === 0, `${pages.done} done`),
    assertion(
      'half a page is not stored',
      rows.numbers + rows.sightings === 0,
      `${rows.numbers} numbers of ${numbersEach}`,
    ),
  ];
}
