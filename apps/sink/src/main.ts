import { queueNames } from '@numfleet/contracts';
import { registrableDomain } from '@numfleet/egress/rules';
import { createPageKeyer, createUrlCodec } from '@numfleet/privacy';
import {
  createNumberVault,
  createSuppressor,
  loadInsideKeys,
  loadMasterKey,
  loadSealingKeys,
} from '@numfleet/privacy/inside';
import { connectQueues, consumeQueue } from '@numfleet/queue';
import { required } from '@numfleet/service';
import { runService } from '@numfleet/service/run';
import {
  createOfferPage,
  createOfferSitemap,
  createSitemapsOf,
  createStore,
  recordDeadLetter,
  recordWorker,
  retryPolicy,
} from '@numfleet/store';
import { createCommitPages } from './commit-pages.ts';
import { createCommitResult } from './commit-result.ts';
import { createCommitRobots } from './commit-robots.ts';
import { createGather } from './gather.ts';
import { createKeepReport } from './keep-report.ts';
import { createOpenResult, createUrlOpener } from './open-result.ts';
import { createOutlastPostgres } from './outlast-postgres.ts';
import { createPrepareCommits } from './prepare-commits.ts';
import { createTraceBatches } from './trace-batches.ts';

/** Results gathered into one transaction. */
const batch = { max: 50, ms: 20, apartMs: 100, atOnce: 3 };
/** Of three batches one is opened while one is committed and one waits for it; a fourth gathers. */
const concurrency = batch.max * (batch.atOnce + 1);

process.exit(
  await runService('sink', async ({ config, name, emit, tracer, signal, fail }) => {
    await using stack = new AsyncDisposableStack();
    const keysDir = required(config, 'NUMFLEET_KEYS_DIR');
    const keys = await loadInsideKeys(keysDir, ['number-index', 'suppression', 'url', 'page']);
    const store = stack.use(
      createStore({
        connectionString: required(config, 'DATABASE_URL'),
        applicationName: name,
        max: 4,
        onEvicted: (reason) => emit({ type: 'connection.evicted', pool: 'truth', reason }),
      }),
    );
    const urls = createUrlCodec({ key: keys.url });
    const pageKeyOf = createPageKeyer({ key: keys.page });
    const offerSitemap = createOfferSitemap({ toWire: urls.toWire, pageKeyOf });
    const sitemapsOf = createSitemapsOf({ offerSitemap, urlOf: createUrlOpener(urls) });
    const policy = { ...retryPolicy, backoffMs: config.NUMFLEET_RETRY_BACKOFF_MS };
    const commit = createTraceBatches({
      tracer,
      gather: (work) => createGather({ ...batch, work }),
      work: createCommitResult({
        openResult: createOpenResult({ privateKeys: await loadSealingKeys(keysDir), urls }),
        prepareCommits: createPrepareCommits({
          store,
          vault: createNumberVault({
            indexKey: keys['number-index'],
            master: await loadMasterKey(keysDir, config.NUMFLEET_MASTER_KEY),
          }),
          suppressor: createSuppressor({ key: keys.suppression }),
          offerPage: createOfferPage({ toWire: urls.toWire, pageKeyOf, domainOf: registrableDomain }),
          offerSitemap,
          domainOf: registrableDomain,
        }),
        commitPages: createCommitPages({ store, policy, sitemapsOf, emit }),
        commitRobots: createCommitRobots({ store, urls, policy, sitemapsOf, emit }),
        emit,
      }),
    });
    const queueUrls = { redis: config.REDIS_URL, postgres: config.NUMFLEET_QUEUE_URL };
    const connection = await connectQueues(queueUrls, { emit, signal });
    const consumer = stack.use(
      await consumeQueue({
        queue: queueNames.results,
        connection,
        workerName: name,
        concurrency,
        emit,
        tracer,
        onEnded: fail,
        handle: createOutlastPostgres({ commit, emit }),
        onDeadLetter: (jobId, code) =>
          recordDeadLetter(store, { queue: queueNames.results, jobId, code, at: new Date(), details: {} }),
      }),
    );

    const reports = stack.use(
      await consumeQueue({
        queue: queueNames.reports,
        connection,
        workerName: name,
        concurrency: 1,
        emit,
        onEnded: fail,
        handle: createKeepReport({ store, now: Date.now }),
      }),
    );

    const held = stack.move();
    return {
      ready: async () => consumer.health(),
      drain: async (until) => void (await Promise.all([consumer.drain(until), reports.drain(until)])),
      reporting: {
        app: 'sink',
        work: { queue: queueNames.results, capacity: concurrency },
        send: (report) => recordWorker(store, report),
      },
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  }),
);
