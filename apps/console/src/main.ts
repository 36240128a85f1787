import { fileURLToPath } from 'node:url';
import { queueNames } from '@numfleet/contracts';
import { parseEgressHosts } from '@numfleet/egress/rules';
import { createPageKeyer, createUrlCodec } from '@numfleet/privacy';
import {
  createCertifier,
  createNumberVault,
  createSuppressor,
  loadInsideKeys,
  loadMasterKey,
} from '@numfleet/privacy/inside';
import { connectQueues, openQueue } from '@numfleet/queue';
import { required, version, withDeadline } from '@numfleet/service';
import { runService } from '@numfleet/service/run';
import { createStore, recordWorker } from '@numfleet/store';
import { createConsole } from './create-console.ts';
import { closeServer, listen } from './http/listen.ts';
import { readToken } from './read-token.ts';

const defaultPort = 7_300;
const dashboardFolder = fileURLToPath(new URL('../web/dist', import.meta.url));

process.exit(
  await runService('console', async ({ config, name, emit, signal }) => {
    await using stack = new AsyncDisposableStack();
    const token = await readToken(required(config, 'NUMFLEET_CONSOLE_TOKEN_FILE'));
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
    const queueUrls = { redis: config.REDIS_URL, postgres: config.NUMFLEET_QUEUE_URL };
    const connection = await connectQueues(queueUrls, { emit, signal });
    const crawl = stack.use(openQueue({ queue: queueNames.crawl, connection, emit, applicationName: name }));
    const results = stack.use(openQueue({ queue: queueNames.results, connection, emit, applicationName: name }));

    const host = config.NUMFLEET_CONSOLE_HOST;
    const app = await createConsole({
      store,
      queues: { crawl, results },
      queueBackend: connection.kind,
      vault: createNumberVault({
        indexKey: keys['number-index'],
        master: await loadMasterKey(keysDir, config.NUMFLEET_MASTER_KEY),
      }),
      suppressor: createSuppressor({ key: keys.suppression }),
      certifier: createCertifier({ key: keys.suppression }),
      urls: createUrlCodec({ key: keys.url }),
      pageKeyOf: createPageKeyer({ key: keys.page }),
      egressHosts: parseEgressHosts(config.NUMFLEET_EGRESS_HOSTS),
      hasContact: config.NUMFLEET_CONTACT !== undefined,
      token,
      host,
      url: config.NUMFLEET_CONSOLE_URL ?? null,
      version,
      dashboardFolder,
      now: () => new Date(),
      emit,
    });
    stack.defer(() => closeServer(app, AbortSignal.abort()));
    await listen(app, { host, port: config.NUMFLEET_CONSOLE_PORT ?? defaultPort });

    const held = stack.move();
    return {
      async ready() {
        try {
          await withDeadline(() => store.query('select 1'), 2_000);
          return { ok: true };
        } catch {
          return { ok: false, reason: 'Postgres does not answer' };
        }
      },
      drain: (until) => closeServer(app, until),
      reporting: { app: 'console', send: (report) => recordWorker(store, report) },
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  }),
);
