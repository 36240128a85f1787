import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { findChromium } from '@numfleet/browser';
import { type Emit, NumfleetError } from '@numfleet/contracts';
import { type Fleet, findFleet, type ServiceApp, startFleet } from '@numfleet/embedded';
import { generateKeys, keyIds } from '@numfleet/privacy/inside';
import { migrateQueue } from '@numfleet/queue';
import { migrate } from '@numfleet/store';
import { type ConsoleClient, createConsoleClient } from './console-client.ts';
import type { Surroundings } from './surroundings.ts';

/** A console to talk to, of a fleet that runs already or of one that lives as long as the command. */
export interface FleetSession extends AsyncDisposable {
  console: ConsoleClient;
  /** Null when the fleet is somebody else's. */
  fleet: Fleet | null;
}

/** What a command needs of a fleet that it has to start itself: all of it, or just what shows what is stored. */
export type Need = 'crawl' | 'look';

/** Uses the fleet that runs on the home folder, or starts one for as long as the session lives. */
export async function openSession(need: Need, around: Surroundings, emit: Emit): Promise<FleetSession> {
  const running = await findRunning(around);
  if (running) return { console: running, fleet: null, async [Symbol.asyncDispose]() {} };
  const fleet = await startOwnFleet(need, around, emit);
  const client = createConsoleClient({ url: fleet.consoleUrl, token: fleet.token, signal: around.signal });
  return { console: client, fleet, [Symbol.asyncDispose]: () => fleet.stop() };
}

/** Uses the fleet that runs on the home folder. Throws `fleet-not-running`. */
export async function requireRunning(around: Surroundings): Promise<ConsoleClient> {
  const running = await findRunning(around);
  if (running) return running;
  throw new NumfleetError(
    'fleet-not-running',
    'No fleet runs here. Start one with `./numfleet up`, or add --wait to run one for this crawl.',
  );
}

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
      { database: 'numfleet', run: async (target) => void (await migrate(target)) },
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

async function findRunning(around: Surroundings): Promise<ConsoleClient | null> {
  const found = await findFleet(around.home);
  if (found === null) return null;
  if (found.consoleUrl === null) {
    throw new NumfleetError('fleet-running', `A fleet (pid ${found.pid}) is starting here. Try again in a moment.`);
  }
  const token = (await readFile(path.join(around.home, 'console-token'), 'utf8')).trim();
  return createConsoleClient({ url: found.consoleUrl, token, signal: around.signal });
}
