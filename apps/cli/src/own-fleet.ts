import path from 'node:path';
import { findChromium } from '@numfleet/browser';
import { type Emit, NumfleetError } from '@numfleet/contracts';
import { type Fleet, type ServiceApp, startFleet } from '@numfleet/embedded';
import { generateKeys, keyIds } from '@numfleet/privacy/inside';
import { migrateQueue } from '@numfleet/queue';
import { bindKeys, migrate } from '@numfleet/store';
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
  // Its crawlers would find out by themselves, but only their logs would say it.
  if (need === 'crawl') await findChromium({ chromiumPath: config.CHROMIUM_PATH, runtimeDir: around.runtimeDir });
  return await startFleet({
    home: around.home,
    root: around.root,
    runtimeDir: around.runtimeDir,
    services: need === 'crawl' ? all : [{ app: 'console' }],
    env: around.env,
    ports: { console: config.NUMFLEET_CONSOLE_PORT ?? null, admin: config.NUMFLEET_ADMIN_BASE_PORT ?? null },
    migrations: [
      { database: 'numfleet', run: (target) => prepareTruth(target, around.home) },
      { database: 'numfleet_queue', run: migrateQueue },
    ],
    generateKeys: keepKeys,
    stopTimeoutMs: config.NUMFLEET_DRAIN_MS + 10_000,
    emit,
    signal: around.signal,
  });
}

/** Makes the keys or checks those that are there, so that a damaged one is told at the start. Throws `key-wrong`. */
async function keepKeys(dir: string): Promise<void> {
  await generateKeys(dir);
  await keyIds(dir);
}

/** A database that was written under other keys is found out before anything is written under the wrong ones. */
async function prepareTruth(target: { connectionString: string; signal: AbortSignal }, home: string): Promise<void> {
  await migrate(target);
  const ids = await keyIds(path.join(home, 'keys'));
  await bindKeys({ connectionString: target.connectionString, ids, now: new Date() });
}
