import { queueNames } from '@numfleet/contracts';
import { createUrlCodec } from '@numfleet/privacy';
import { createAuditChain, loadInsideKeys } from '@numfleet/privacy/inside';
import { connectQueues, openQueue } from '@numfleet/queue';
import { createTaskScope, required } from '@numfleet/service';
import { runService } from '@numfleet/service/run';
import {
  createStore,
  ensureSightingPartitions,
  excludeUnfetchable,
  expireFindings,
  failStalledHosts,
  finishCampaigns,
  foldCounts,
  forgetWorkers,
  readFilters,
  recordWorker,
  revisitPages,
  type StoreOptions,
} from '@numfleet/store';
import { anchorFileOf, createAnchorAudit } from './audit/anchor-audit.ts';
import { createSealAudit } from './audit/seal-audit.ts';
import { createAuditCounts } from './audit-counts.ts';
import { createBackpressure } from './backpressure.ts';
import { createBreakerGauges } from './breaker-gauges.ts';
import { createClockSteps } from './clock-steps.ts';
import { createReadDemand } from './demand.ts';
import { createDispatch } from './dispatch.ts';
import { createTroubles, every, type Round } from './every.ts';
import { createChooseFilter } from './seen-filter/choose-filter.ts';
import { createTendFilters } from './seen-filter/tend-filters.ts';
import { createSettleLeases } from './settle-leases.ts';

/** Reading every row of a campaign takes minutes where it has many millions. */
const auditMs = 600_000;
const auditEveryMs = 3_600_000;

/** How long what was set aside stays in the queue, for who looks into it. */
const deadLetterMs = 86_400_000;

process.exit(
  await runService('scheduler', async ({ config, name, emit, telemetry, tracer, signal }) => {
    await using stack = new AsyncDisposableStack();
    const keys = await loadInsideKeys(required(config, 'NUMFLEET_KEYS_DIR'), ['url', 'audit']);
    const storeOptions: Omit<StoreOptions, 'max'> = {
      connectionString: required(config, 'DATABASE_URL'),
      applicationName: name,
      onEvicted: (reason) => emit({ type: 'connection.evicted', pool: 'truth', reason }),
    };
    const store = stack.use(createStore({ ...storeOptions, max: 4 }));
    const queueUrls = { redis: config.REDIS_URL, postgres: config.NUMFLEET_QUEUE_URL };
    const connection = await connectQueues(queueUrls, { emit, signal });
    const crawl = stack.use(openQueue({ queue: queueNames.crawl, connection, emit, applicationName: name }));
    const results = stack.use(openQueue({ queue: queueNames.results, connection, emit, applicationName: name }));
    const filters = stack.use(openQueue({ queue: queueNames.filters, connection, emit, applicationName: name }));

    const jobDeadlineMs = config.NUMFLEET_JOB_DEADLINE_MS;
    const leaseMs = jobDeadlineMs + config.NUMFLEET_LEASE_GRACE_MS;
    const urls = createUrlCodec({ key: keys.url });
    const chooseFilter = createChooseFilter();
    const dispatch = createDispatch({
      store,
      crawl,
      urls,
      emit,
      tracer,
      backpressure: createBackpressure({ crawl, results, emit }),
      window: config.NUMFLEET_WINDOW,
      jobDeadlineMs,
      leaseMs,
      filters: chooseFilter,
    });
    const settleLeases = createSettleLeases({ store, crawl, results, emit, leaseMs });

    const sealAudit = createSealAudit({ store, chain: createAuditChain({ key: keys.audit }), emit });
    const anchorAudit = createAnchorAudit({ store, file: anchorFileOf(config), emit });

    const afterClockSteps = createClockSteps({ store, emit, monotonicMs: () => performance.now() });
    const readDemand = createReadDemand({ store, crawl, capacity: config.NUMFLEET_CRAWL_CONCURRENCY });
    const auditStore = stack.use(createStore({ ...storeOptions, max: 1, statementTimeoutMs: auditMs }));
    const auditCounts = createAuditCounts({ store: auditStore, emit, everyMs: auditEveryMs });

    const troubles = createTroubles(emit);
    const scope = stack.use(
      createTaskScope({
        graceMs: 5_000,
        onError: (loop, error) => troubles.reporter(loop)(error),
        onAbandoned: (loops) => troubles.reporter(loops.join(', '))(new Error('did not stop')),
      }),
    );
    const loop = (loopName: string, ms: number, round: Round) =>
      every(scope, loopName, ms, round, troubles.reporter(loopName));
    loop('dispatch', 50, async (now) => {
      await afterClockSteps(now);
      return await dispatch(now);
    });
    loop('settle-leases', 1_000, settleLeases);
    loop('finish-campaigns', 250, async (now) => {
      for (const campaignId of await store.transaction((tx) => finishCampaigns(tx, { now }))) {
        emit({ type: 'campaign.finished', campaignId });
      }
    });
    loop('revisit-pages', 5_000, async (now) => {
      const { pages, more } = await store.transaction((tx) => revisitPages(tx, { now }));
      if (pages > 0) emit({ type: 'pages.due-again', pages });
      return more;
    });
    loop('exclude-unfetchable', 1_000, async (now) => {
      for (const [code, pages] of Object.entries(await excludeUnfetchable(store, { now }))) {
        if (pages > 0) emit({ type: 'dispatch.excluded', code: code as 'robots-unreachable', pages });
      }
    });
    loop('fail-stalled-hosts', 1_000, async (now) => {
      const pages = await failStalledHosts(store, { now });
      if (pages > 0) emit({ type: 'host.stalled', pages });
    });
    const leastPages = config.NUMFLEET_SEEN_FILTER_FROM;
    const tendFilters = createTendFilters({ store, queue: filters, emit, leastPages });
    loop('tend-filters', 2_000, async (now) => {
      await tendFilters(now);
      chooseFilter.update(await readFilters(store));
    });
    loop('audit-counts', auditEveryMs, auditCounts);
    loop('breakers', 2_000, createBreakerGauges({ store, gauges: telemetry.gauges }));
    loop('demand', 2_000, async () => {
      const { jobs, workers } = await readDemand();
      telemetry.gauges.demand(jobs, workers);
    });
    loop('fold-counts', 1_000, async () => void (await foldCounts(store)));
    loop('seal-audit', 250, sealAudit);
    loop('anchor-audit', 5_000, (now) => anchorAudit(now));
    loop('queue-depths', 2_000, async () => {
      for (const queue of [crawl, results]) {
        const { waiting, active, failed } = await queue.depth();
        telemetry.gauges.queueDepth(queue.name, 'waiting', waiting);
        telemetry.gauges.queueDepth(queue.name, 'active', active);
        telemetry.gauges.queueDepth(queue.name, 'failed', failed);
      }
    });
    loop('forget-workers', 3_600_000, (now) => forgetWorkers(store, { now }));
    loop('retention', 60_000, async (now) => {
      const expired = await store.transaction((tx) => expireFindings(tx, { now }));
      if (expired.sightings > 0) emit({ type: 'findings.expired', ...expired });
      return expired.sightings > 0;
    });
    // Sealed findings lie in results that were set aside; nobody reads them again.
    loop('forget-dead-letters', 3_600_000, async () => void (await results.dropFailed(deadLetterMs)));
    loop('sighting-partitions', 3_600_000, (now) => ensureSightingPartitions(store, { now }));

    const held = stack.move();
    return {
      ready: async () => {
        const trouble = troubles.first();
        return trouble === undefined ? { ok: true } : { ok: false, reason: trouble };
      },
      // Nothing is half-done between two rounds. What sink and console write after this is sealed by the next scheduler.
      async drain() {
        await scope[Symbol.asyncDispose]();
        await sealAudit(new Date());
        await anchorAudit(new Date(), true);
      },
      figures: { '/demand': readDemand },
      reporting: { app: 'scheduler', send: (report) => recordWorker(store, report) },
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  }),
);
