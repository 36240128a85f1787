import path from 'node:path';
import { type Emit, NumfleetError } from '@numfleet/contracts';
import { type Fleet, type FleetOptions, type ServiceApp, startFleet } from '@numfleet/embedded';
import { keyIds } from '@numfleet/privacy/inside';
import { connectQueues, keepRedisUsers, migrateQueue } from '@numfleet/queue';
import { migrate } from '@numfleet/store';
import { createLogger, createTelemetry } from '@numfleet/telemetry';
import { prepareKeys } from './keys/prepare-keys.ts';
import type { Surroundings } from './surroundings.ts';

/** What a command needs of a fleet that it has to start itself: all of it, or just what shows what is stored. */
export type Need = 'crawl' | 'look';

/** Starts a fleet with embedded Postgres. Throws what `startFleet` throws. */
export async function startOwnFleet(need: Need, around: Surroundings, emit: Emit): Promise<Fleet> {
  const { config } = around;
  if (config.DATABASE_URL !== undefined) {
    const advice = 'Unset it, or start the services one by one with the environment that docs/configuration.md lists.';
    throw new NumfleetError('config-invalid', `DATABASE_URL is set, but this command runs its own Postgres. ${advice}`);
  }
  const all: { app: ServiceApp; count?: number }[] = [
    { app: 'sink' },
    { app: 'console' },
    { app: 'crawler', count: config.NUMFLEET_CRAWLERS },
    { app: 'scheduler' },
  ];
  const keysDir = path.join(around.home, 'keys');
  // A damaged one is told before anything is started.
  await keyIds(keysDir);
  const redis = config.REDIS_URL;
  // Its services would find out by themselves, but only their logs would say it.
  if (redis !== undefined) await connectQueues({ redis }, { emit, signal: around.signal });
  if (need === 'crawl') {
    // A third of what the command loads; who looks at what is stored needs no browser.
    const { findChromium } = await import('@numfleet/browser');
    await findChromium({
      chromiumPath: config.CHROMIUM_PATH,
      playwrightBrowsers: config.PLAYWRIGHT_BROWSERS_PATH,
      runtimeDir: around.runtimeDir,
    });
  }
  const redisUsers = redis === undefined ? null : await keepRedisUsers(redis);
  if (redis !== undefined && redisUsers === null) emit({ type: 'queue.user-shared' });
  return await startFleet({
    home: around.home,
    root: around.root,
    runtimeDir: around.runtimeDir,
    services: need === 'crawl' ? all : [{ app: 'console' }],
    env: around.env,
    redisUsers,
    ports: { console: config.NUMFLEET_CONSOLE_PORT ?? null, admin: config.NUMFLEET_ADMIN_BASE_PORT ?? null },
    migrations: [
      {
        database: 'numfleet',
        async run(target) {
          await migrate(target);
          await prepareKeys({
            dir: keysDir,
            masterKey: around.config.NUMFLEET_MASTER_KEY,
            connectionString: target.connectionString,
          });
        },
      },
      ...(redis === undefined ? [{ database: 'numfleet_queue', run: migrateQueue } as const] : []),
    ],
    stopTimeoutMs: config.NUMFLEET_DRAIN_MS + 10_000,
    ...countingTo(emit),
    signal: around.signal,
  });
}

/** What the supervisor does is told on the terminal; here it is counted besides. */
function countingTo(emit: Emit): Pick<FleetOptions, 'emit' | 'metrics'> {
  const logger = createLogger({ service: 'supervisor', level: 'error', destination: { write() {} } });
  const telemetry = createTelemetry({ service: 'supervisor', logger });
  return {
    metrics: (accept) => telemetry.expose(accept),
    emit(event) {
      emit(event);
      telemetry.emit(event);
    },
  };
}
