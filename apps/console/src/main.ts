import { queueNames } from '@numfleet/contracts';
import { parseEgressHosts } from '@numfleet/egress';
import { createPageKeyer, createUrlCodec } from '@numfleet/privacy';
import { createNumberVault, loadInsideKeys } from '@numfleet/privacy/inside';
import { openQueue, queueConnection } from '@numfleet/queue';
import { required, runService, version, withDeadline } from '@numfleet/service';
import { createStore } from '@numfleet/store';
import { createConsole } from './create-console.ts';
import { closeServer, listen } from './listen.ts';
import { readToken } from './read-token.ts';

const defaultPort = 7_300;

process.exit(
  await runService('console', async ({ config, name, emit }) => {
    await using stack = new AsyncDisposableStack();
    const token = await readToken(required(config, 'NUMFLEET_CONSOLE_TOKEN_FILE'));
    const keys = await loadInsideKeys(required(config, 'NUMFLEET_KEYS_DIR'), [
      'number-index',
      'number-storage',
      'url',
      'page',
    ]);
    const store = stack.use(
      createStore({ connectionString: required(config, 'DATABASE_URL'), applicationName: name, max: 4 }),
    );
    const connection = queueConnection({ redis: config.REDIS_URL, postgres: config.NUMFLEET_QUEUE_URL });
    const crawl = stack.use(openQueue({ queue: queueNames.crawl, connection, emit, applicationName: name }));
    const results = stack.use(openQueue({ queue: queueNames.results, connection, emit, applicationName: name }));

    const host = config.NUMFLEET_CONSOLE_HOST;
    const app = await createConsole({
      store,
      queues: { crawl, results },
      vault: createNumberVault({ indexKey: keys['number-index'], storageKey: keys['number-storage'] }),
      urls: createUrlCodec({ key: keys.url }),
      pageKeyOf: createPageKeyer({ key: keys.page }),
      egressHosts: parseEgressHosts(config.NUMFLEET_EGRESS_HOSTS),
      hasContact: config.NUMFLEET_CONTACT !== undefined,
      token,
      host,
      version,
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
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  }),
);
