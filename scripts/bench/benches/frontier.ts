import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pageKeyBytes } from '@numfleet/contracts';
import { startPostgres } from '@numfleet/embedded';
import { hasRedis, startTestRedis } from '@numfleet/queue/testing';
import {
  claimPages,
  commitPageResults,
  createStore,
  excludeUnfetchable,
  expiredLeases,
  failStalledHosts,
  finishCampaigns,
  foldCounts,
  listBusyHosts,
  type PageCommit,
  readCampaignStatus,
  readFilteredCampaigns,
  readFrontierFigures,
  readSeenKeys,
  type Store,
  takeAnswers,
} from '@numfleet/store';
import { resultOf } from '@numfleet/store/testing';
import type { Bench, BenchContext } from '../bench.ts';
import { copyRows, linksEach, numbersEach, openSink, resultsARun } from '../frontier/commit-links.ts';
import { dispatchPages, dispatchWindow } from '../frontier/dispatch-pages.ts';
import { explainQueries, readsWholeTable } from '../frontier/explain-queries.ts';
import { type FrontierSize, filledAt, fillFrontier } from '../frontier/fill-frontier.ts';

const small: FrontierSize = { hosts: 1_000, pages: 10_000 };
/** A million is filled in a minute or two; the ten million that the claim is promised for, with `--pages 10000000`. */
const large: FrontierSize = { hosts: 100_000, pages: 1_000_000 };
const claimsARun = 8;
/** The default of NUMFLEET_WINDOW. */
const window = 128;

interface Frontier {
  size: FrontierSize;
  store: Store;
  connectionString: string;
  /** Goes forward by more than every delay with each claim. */
  nextNow(): Date;
}

/** The scheduler's and the sink's side on real Postgres, on a small frontier and on a large one. */
export const frontier: Bench = {
  name: 'frontier',
  what: 'what claiming, dispatching and committing cost, by the size of the frontier',
  minutes: 30,
  async run(context) {
    const pages = Math.max(large.hosts, context.pages ?? large.pages);
    const home = await mkdtemp(path.join(tmpdir(), 'numfleet-bench-'));
    context.use({ [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) });
    const postgres = context.use(await startPostgres({ home, emit: () => {}, signal: context.signal, cleanup: home }));
    const open = (name: string, size: FrontierSize) => openFrontier(postgres.adminUrl, name, size, context);
    const [few, many] = [await open('few', small), await open('many', { ...large, pages })];
    await context.compare({
      title: `claims of ${window} pages, and their commits, by the frontier`,
      figures: { claim: { unit: 'ms', better: 'lower' }, commit: { unit: 'ms', better: 'lower' } },
      variants: { [nameOf(few.size)]: () => claimAndCommit(few), [nameOf(many.size)]: () => claimAndCommit(many) },
    });
    await explainAll(many, context);
    await compareDispatch(many, context);
    await compareCommit(many, postgres.pid ?? 0, context);
  },
};

const nameOf = ({ pages, hosts }: FrontierSize) =>
  `${pages.toLocaleString('en-GB')} pages of ${hosts.toLocaleString('en-GB')} hosts`;

async function openFrontier(
  adminUrl: string,
  name: string,
  size: FrontierSize,
  { use, note, signal }: BenchContext,
): Promise<Frontier> {
  const admin = createStore({ connectionString: adminUrl, applicationName: 'bench', max: 1 });
  await admin.query(`create database ${name}`);
  await admin.close();
  const connectionString = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  const options = { connectionString, applicationName: 'bench', max: 4, statementTimeoutMs: 600_000 };
  const store = use(createStore(options));
  const startedAt = performance.now();
  await fillFrontier(store, connectionString, size, signal);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  note(`${nameOf(size)}: filled in ${seconds} s; on disk ${await bytesEach(store, size)}.`);
  let at = filledAt.getTime();
  return {
    size,
    store,
    connectionString,
    nextNow() {
      at += 10_000;
      return new Date(at);
    },
  };
}

async function bytesEach(store: Store, { pages, hosts }: FrontierSize): Promise<string> {
  const { rows } = await store.query<{ pages: number; hosts: number }>(
    `select sum(pg_total_relation_size(oid)) filter (where relname ~ '^pages_[0-9]+$')::float8 as pages,
       sum(pg_total_relation_size(oid)) filter (where relname in ('hosts', 'origins', 'frontiers'))::float8 as hosts
     from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  const [bytes] = rows;
  return `${Math.round((bytes?.pages ?? 0) / pages)} B a page, ${Math.round((bytes?.hosts ?? 0) / hosts)} B a host`;
}

async function claimAndCommit({ store, nextNow }: Frontier): Promise<{ claim: number; commit: number }> {
  const [claims, commits]: [number[], number[]] = [[], []];
  for (let round = 0; round < claimsARun; round += 1) {
    const now = nextNow();
    const startedAt = performance.now();
    const { pages } = await claimPages(store, { now, window, leaseMs: 90_000 });
    if (pages.length !== window) throw new Error(`${pages.length} pages were claimed of ${window}.`);
    const claimedAt = performance.now();
    const done = pages.map((page): PageCommit => ({ result: resultOf(page, now), numbers: [], links: [] }));
    await store.transaction((tx) => commitPageResults(tx, done, { now }));
    claims.push(claimedAt - startedAt);
    commits.push(performance.now() - claimedAt);
  }
  return { claim: median(claims), commit: median(commits) };
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Every query that comes more often than once a minute, on the large frontier. Throws where one reads a large table whole. */
async function explainAll(many: Frontier, { note }: BenchContext): Promise<void> {
  const { store, queries } = explainQueries(many.store);
  await claimAndCommit({ ...many, store });
  await claimAtOneAddress(many, store);
  const now = many.nextNow();
  await useFilter(store, now);
  await expiredLeases(store, { now, limit: 200 });
  await store.transaction((tx) => finishCampaigns(tx, { now }));
  await excludeUnfetchable(store, { now });
  await failStalledHosts(store, { now });
  await readFrontierFigures(store, { now });
  await foldCounts(store);
  await listBusyHosts(store, { now, limit: 50 });
  await readCampaignStatus(store, '1', now);
  const byText = new Map(queries.map((query) => [query.text, query]));
  for (const { text, scans } of byText.values()) {
    if (scans.length > 0) note(`${text.slice(0, 76)}…\n    ${scans.join('\n    ')}`);
  }
  const whole = [...byText.values()].filter(readsWholeTable);
  note(`${byText.size} queries; ${whole.length} of them read a table whole that grows with the frontier.`);
  if (whole.length > 0) throw new Error(`Read a table whole: ${whole.map(({ text }) => text.slice(0, 76)).join('; ')}`);
}

/** One address has the hosts that are due next, and one slot: they wait for it, and one of them is woken. */
async function claimAtOneAddress({ store, nextNow }: Frontier, explained: Store): Promise<void> {
  await store.query(`update campaigns set settings = settings || '{"addressConcurrency": 1}'`);
  await store.query(
    `update hosts set address = '192.0.2.1'
     where id in (select id from hosts where due_at is not null and waits_for is null order by due_at, id limit 200)`,
  );
  for (let round = 0; round < 2; round += 1) {
    const now = nextNow();
    const { pages } = await claimPages(explained, { now, window, leaseMs: 90_000 });
    const done = pages.map((page): PageCommit => ({ result: resultOf(page, now), numbers: [], links: [] }));
    await store.transaction((tx) => commitPageResults(tx, done, { now }));
  }
  await store.query(`update campaigns set settings = settings - 'addressConcurrency'`);
}

/** What asks the seen-filter's tables, and what builds a filter, for its first batch. */
async function useFilter(store: Store, now: Date): Promise<void> {
  const { pages } = await claimPages(store, { now, window: 1, leaseMs: 90_000 });
  const seen = { generation: 1, asked: 1, keys: Buffer.alloc(pageKeyBytes).toString('base64') };
  const done = pages.map((page): PageCommit => ({ result: resultOf(page, now, { seen }), numbers: [], links: [] }));
  await store.transaction((tx) => commitPageResults(tx, done, { now }));
  await readFilteredCampaigns(store, 1);
  await store.transaction((tx) => takeAnswers(tx, 1));
  for await (const _batch of readSeenKeys(store, '1')) break;
}

async function compareDispatch(many: Frontier, { use, compare, note, signal }: BenchContext): Promise<void> {
  if (!hasRedis) return note('No redis-server was found, so dispatching was left out.');
  const redis = use(await startTestRedis());
  const dispatch = (schedulers: number) => () =>
    dispatchPages(schedulers, { ...many, redis, now: many.nextNow(), signal });
  await compare({
    title: `dispatching ${dispatchWindow} pages into Redis`,
    figures: {
      pages: { unit: 'pages/s', better: 'higher' },
      waits: { unit: 'waits for a lock seen', better: 'lower' },
      redis: { unit: 'MiB in Redis', better: 'lower' },
    },
    variants: { 'one scheduler': dispatch(1), 'two at once': dispatch(2) },
    rounds: 3,
  });
}

async function compareCommit(many: Frontier, postgresPid: number, { use, compare, note }: BenchContext): Promise<void> {
  const sink = await openSink({ store: many.store, postgresPid }, use);
  await sink.commitNew(many.nextNow());
  let campaign = 1;
  await compare({
    title: 'committing results, beside COPY of the same rows into the same tables',
    figures: { results: commitFigures.results },
    variants: {
      async copy() {
        campaign += 1;
        return { results: await copyRows(many.store, campaign, sink.folder) };
      },
      sink: async () => ({ results: (await sink.commitNew(many.nextNow())).results }),
    },
    rounds: 3,
  });
  note(`${resultsARun} results a run, each of ${linksEach} links and ${numbersEach} numbers, all of them new.`);
  await compare({
    title: 'committing results whose links are known (G42)',
    figures: commitFigures,
    variants: {
      'sent in full': () => sink.commitKnown(many.nextNow(), 'in full'),
      'by their keys': () => sink.commitKnown(many.nextNow(), 'by key'),
    },
    rounds: 3,
  });
}

const commitFigures = {
  results: { unit: 'results/s', better: 'higher' },
  sink: { unit: 'ms of the sink’s processor time a result', better: 'lower' },
  postgres: { unit: 'ms of Postgres’ a result', better: 'lower' },
} as const;
