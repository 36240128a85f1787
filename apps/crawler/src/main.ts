import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { createBrowserPool, findChromium } from '@numfleet/browser';
import { queueNames } from '@numfleet/contracts';
import { createDoor, parseEgressHosts } from '@numfleet/egress';
import { createUrlCodec, loadKeys } from '@numfleet/privacy';
import { consumeQueue, openQueue, queueConnection } from '@numfleet/queue';
import { required, runService, version } from '@numfleet/service';
import { createClassifyFetch } from './classify-fetch.ts';
import { createCrawlPage } from './crawl-page.ts';
import { createCrawlRobots } from './crawl-robots.ts';
import { createFetchPage } from './fetch-page.ts';
import { createHandOn } from './hand-on.ts';
import { createHandleJob } from './handle-job.ts';
import { createPageReader } from './read-page.ts';
import { createRenderPage } from './render-page.ts';

process.exit(
  await runService('crawler', async ({ config, name: worker, emit, signal }) => {
    await using stack = new AsyncDisposableStack();
    const keys = await loadKeys(required(config, 'NUMFLEET_KEYS_DIR'), ['sealing-public', 'url']);
    const urls = createUrlCodec({ key: keys.url });
    const contact = config.NUMFLEET_CONTACT ?? null;
    // Names the project, its version and who to write to (I11). The product token in robots.txt is `numfleet`.
    const userAgent = `Numfleet/${version} (${contact === null ? 'local test crawl' : `contact: ${contact}`})`;
    const runtimeDir = config.NUMFLEET_RUNTIME_DIR ?? path.join(tmpdir(), 'numfleet-runtime');
    const runDir = path.join(config.NUMFLEET_HOME ?? tmpdir(), 'run', worker);

    const door = stack.use(
      createDoor({ hosts: parseEgressHosts(config.NUMFLEET_EGRESS_HOSTS), contact, userAgent, emit }),
    );
    const proxy = stack.use(await door.startProxy());
    const chromium = await findChromium({ chromiumPath: config.CHROMIUM_PATH, runtimeDir });
    const maxPages = config.NUMFLEET_BROWSER_PAGES;
    const browsers = stack.use(
      await createBrowserPool({ chromium, proxy, runDir, userAgent, locale: 'en-GB', maxPages, emit }),
    );
    const reader = stack.use(
      createPageReader({
        keys: { sealingPublic: keys['sealing-public'], url: keys.url },
        threads: availableParallelism(),
        emit,
      }),
    );

    const connection = queueConnection({ redis: config.REDIS_URL, postgres: config.NUMFLEET_QUEUE_URL });
    const results = stack.use(openQueue({ queue: queueNames.results, connection, emit, applicationName: worker }));
    const consumer = stack.use(
      await consumeQueue({
        queue: queueNames.crawl,
        connection,
        workerName: worker,
        concurrency: config.NUMFLEET_CRAWL_CONCURRENCY,
        emit,
        handle: createHandleJob({
          crawlPage: createCrawlPage({
            fetchPage: createFetchPage({ door, urls, maxBytes: config.NUMFLEET_PAGE_MAX_BYTES }),
            classifyFetch: createClassifyFetch({ urls }),
            renderPage: createRenderPage({ browsers }),
            reader,
            worker,
            emit,
          }),
          crawlRobots: createCrawlRobots({ door, urls, worker, emit }),
          handOn: createHandOn({ results }),
        }),
      }),
    );
    signal.throwIfAborted();
    // The first page need not wait for it; that it does not start is reported by the first page that wants it.
    void browsers.warm().catch(() => {});

    const held = stack.move();
    return {
      ready: async () => consumer.health(),
      drain: (until) => consumer.drain(until),
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  }),
);
