import { queueNames } from '@numfleet/contracts';
import { createUrlCodec, loadKeys } from '@numfleet/privacy';
import { connectQueues, openQueue } from '@numfleet/queue';
import { createTaskScope, required, runService } from '@numfleet/service';
import {
  createStore,
  ensureSightingPartitions,
  excludeUnfetchable,
  finishCampaigns,
  foldCounts,
  forgetWorkers,
  recordWorker,
} from '@numfleet/store';
import { createDispatch } from './dispatch.ts';
import { createTroubles, every } from './every.ts';
import { createSettleLeases } from './settle-leases.ts';

process.exit(
  await runService('scheduler', async ({ config, name, emit, telemetry, tracer, signal }) => {
    await using stack = new AsyncDisposableStack();
    const keys = await loadKeys(required(config, 'NUMFLEET_KEYS_DIR'), ['url']);
    const store = stack.use(
      createStore({
        connectionString: required(config, 'DATABASE_URL'),
        applicationName: name,
        max: 4,
        onEvicted: (reason) => emit({ type: 'connection.evicted', pool: 'truth', reason }),
      }),
    );
    const queueUrls = { redis: config.REDIS_URL, postgres: config.NUMFLEET_QUEUE_URL };
    const connection = await connectQueues(queueUrls, { emit, signal });
    const crawl = stack.use(openQueue({ queue: queueNames.crawl, connection, emit, applicationName: name }));
    const results = stack.use(openQueue({ queue: queueNames.results, connection, emit, applicationName: name }));

    const jobDeadlineMs = config.NUMFLEET_JOB_DEADLINE_MS;
    const leaseMs = jobDeadlineMs + config.NUMFLEET_LEASE_GRACE_MS;
    const urls = createUrlCodec({ key: keys.url });
    const dispatch = createDispatch({
      store,
      crawl,
      urls,
      emit,
      tracer,
      window: config.NUMFLEET_WINDOW,
      jobDeadlineMs,
      leaseMs,
    });
    const settleLeases = createSettleLeases({ store, crawl, results, emit, leaseMs });

    const troubles = createTroubles(emit);
    const scope = stack.use(
      createTaskScope({
        graceMs: 5_000,
        onError: (loop, error) => troubles.reporter(loop)(error),
        onAbandoned: (loops) => troubles.reporter(loops.join(', '))(new Error('did not stop')),
      }),
    );
    const loop = (loopName: string, ms: number, round: (now: Date) => Promise<unknown>) =>
      every(scope, loopName, ms, round, troubles.reporter(loopName));
    loop('dispatch', 50, dispatch);
    loop('settle-leases', 1_000, settleLeases);
    loop('finish-campaigns', 250, async (now) => {
      for (const campaignId of await store.transaction((tx) => finishCampaigns(tx, { now }))) {
        emit({ type: 'campaign.finished', campaignId });
      }
    });
    loop('exclude-unfetchable', 1_000, async (now) => {
      for (const [code, pages] of Object.entries(await excludeUnfetchable(store, { now }))) {
        if (pages > 0) emit({ type: 'dispatch.excluded', code: code as 'robots-unreachable', pages });
      }
    });
    loop('fold-counts', 1_000, async () => void (await foldCounts(store)));
    loop('queue-depths', 2_000, async () => {
      for (const queue of [crawl, results]) {
        const { waiting, active, failed } = await queue.depth();
        telemetry.gauges.queueDepth(queue.name, 'waiting', waiting);
        telemetry.gauges.queueDepth(queue.name, 'active', active);
        telemetry.gauges.queueDepth(queue.name, 'failed', failed);
      }
    });
    loop('forget-workers', 3_600_000, (now) => forgetWorkers(store, { now }));
    loop('sighting-partitions', 3_600_000, (now) => ensureSightingPartitions(store, { now }));

    const held = stack.move();
    return {
      ready: async () => {
        const trouble = troubles.first();
        return trouble === undefined ? { ok: true } : { ok: false, reason: trouble };
      },
      // Nothing is half-done between two rounds: ending the loops is the whole of it.
      drain: async () => await scope[Symbol.asyncDispose](),
      reporting: { app: 'scheduler', send: (report) => recordWorker(store, report) },
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  }),
);
