import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { createBrowserPool, findChromium } from '@numfleet/browser';
import { queueNames } from '@numfleet/contracts';
import { createDnsLookup, createDoor } from '@numfleet/egress';
import { parseEgressHosts } from '@numfleet/egress/rules';
import { dataVersions } from '@numfleet/extract/data-versions';
import { createPageKeyer, createUrlCodec, loadKeys } from '@numfleet/privacy';
import { connectQueues, consumeQueue, openQueue } from '@numfleet/queue';
import { required, version } from '@numfleet/service';
import { runService } from '@numfleet/service/run';
import { createClassifyFetch } from './classify-fetch.ts';
import { createCrawlPage } from './crawl-page.ts';
import { createCrawlRobots } from './crawl-robots.ts';
import { createCrawlSitemap } from './crawl-sitemap.ts';
import { createFetchPage } from './fetch-page.ts';
import { createHandOn } from './hand-on.ts';
import { createHandOnSitemap } from './hand-on-sitemap.ts';
import { createHandleJob } from './handle-job.ts';
import { createHoldings } from './holdings.ts';
import { createPageReader } from './read-page.ts';
import { createRenderPage } from './render-page.ts';
import { createReporting } from './reporting.ts';
import { createFilters } from './seen/filters.ts';
import { createRecentKeys } from './seen/recent-keys.ts';
import { createWithholdKnown } from './seen/withhold-known.ts';
import { createStages } from './stages.ts';

process.exit(
  await runService('crawler', async ({ config, name: worker, emit, tracer, signal, fail }) => {
    await using stack = new AsyncDisposableStack();
    const { libphonenumber, released } = dataVersions;
    emit({ type: 'numbering.loaded', version: libphonenumber, releasedAt: Date.parse(released) });
    const stages = createStages({ emit, tracer });
    const holdings = createHoldings(emit);
    const keys = await loadKeys(required(config, 'NUMFLEET_KEYS_DIR'), ['sealing-public', 'url', 'page']);
    const urls = createUrlCodec({ key: keys.url });
    const contact = config.NUMFLEET_CONTACT ?? null;
    // Names the project, its version and who to write to (I11). The product token in robots.txt is `numfleet`.
    const userAgent = `Numfleet/${version} (${contact === null ? 'local test crawl' : `contact: ${contact}`})`;
    const runtimeDir = config.NUMFLEET_RUNTIME_DIR ?? path.join(tmpdir(), 'numfleet-runtime');
    const runRoot = path.join(config.NUMFLEET_HOME ?? tmpdir(), 'run');
    const runDir = path.join(runRoot, worker);

    const door = stack.use(
      createDoor({
        hosts: parseEgressHosts(config.NUMFLEET_EGRESS_HOSTS),
        lookup: createDnsLookup(config.NUMFLEET_DNS_SERVERS),
        upstream: config.NUMFLEET_PROXY === undefined ? undefined : new URL(config.NUMFLEET_PROXY),
        contact,
        userAgent,
        emit,
      }),
    );
    const proxy = stack.use(await door.startProxy());
    const chromium = await findChromium({
      chromiumPath: config.CHROMIUM_PATH,
      playwrightBrowsers: config.PLAYWRIGHT_BROWSERS_PATH,
      runtimeDir,
    });
    const maxPages = config.NUMFLEET_BROWSER_PAGES;
    const browsers = stack.use(
      await createBrowserPool({ chromium, proxy, runDir, runRoot, userAgent, locale: 'en-GB', maxPages, emit }),
    );
    const reader = stack.use(
      createPageReader({
        keys: { sealingPublic: keys['sealing-public'], url: keys.url },
        threads: availableParallelism(),
        holdings,
        stages,
      }),
    );

    const queueUrls = { redis: config.REDIS_URL, postgres: config.NUMFLEET_QUEUE_URL };
    const connection = await connectQueues(queueUrls, { emit, signal });
    const results = stack.use(openQueue({ queue: queueNames.results, connection, emit, applicationName: worker }));
    const filters = stack.use(openQueue({ queue: queueNames.filters, connection, emit, applicationName: worker }));
    const reports = stack.use(openQueue({ queue: queueNames.reports, connection, emit, applicationName: worker }));
    const handingOn = { results, stages, tracer, patienceMs: config.NUMFLEET_LEASE_GRACE_MS };
    const consumer = stack.use(
      await consumeQueue({
        queue: queueNames.crawl,
        connection,
        workerName: worker,
        concurrency: config.NUMFLEET_CRAWL_CONCURRENCY,
        emit,
        tracer,
        onEnded: fail,
        handle: createHandleJob({
          crawlPage: createCrawlPage({
            fetchPage: createFetchPage({ door, urls, holdings, maxBytes: config.NUMFLEET_PAGE_MAX_BYTES }),
            classifyFetch: createClassifyFetch({ urls }),
            renderPage: createRenderPage({ browsers, holdings }),
            reader,
            stages,
            worker,
            emit,
          }),
          withholdKnown: createWithholdKnown({
            ...{ urls, pageKeyOf: createPageKeyer({ key: keys.page }), recent: createRecentKeys() },
            filters: createFilters({ queue: filters }),
          }),
          crawlRobots: createCrawlRobots({ door, urls, holdings, stages, worker, emit }),
          crawlSitemap: createCrawlSitemap({ door, urls, holdings, stages, worker, emit }),
          handOn: createHandOn(handingOn),
          handOnSitemap: createHandOnSitemap(handingOn),
          holdings,
        }),
      }),
    );
    signal.throwIfAborted();
    // The first page need not wait for it; that it does not start is reported by the first page that wants it.
    void browsers.warm().catch(() => {});

    const held = stack.move();
    return {
      ready: async () => [consumer.health(), browsers.health()].find(({ ok }) => !ok) ?? { ok: true },
      drain: (until) => consumer.drain(until),
      reporting: createReporting({ reports, browsers, capacity: config.NUMFLEET_CRAWL_CONCURRENCY }),
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  }),
);
