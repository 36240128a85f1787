import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Emit, NumfleetError } from '@numfleet/contracts';
import type { Fleet } from '@numfleet/embedded';
import { findFleet } from '@numfleet/embedded/find-fleet';
import { type ConsoleClient, createConsoleClient } from './console-client.ts';
import type { Need } from './own-fleet.ts';
import type { Surroundings } from './surroundings.ts';

/** A console to talk to, of a fleet that runs already or of one that lives as long as the command. */
export interface FleetSession extends AsyncDisposable {
  console: ConsoleClient;
  /** Null when the fleet is somebody else's. */
  fleet: Fleet | null;
}

/** Uses the fleet that runs on the home folder, or starts one for as long as the session lives. */
export async function openSession(need: Need, around: Surroundings, emit: Emit): Promise<FleetSession> {
  const running = await findRunning(around);
  if (running) return { console: running, fleet: null, async [Symbol.asyncDispose]() {} };
  // Postgres, queue and browser take longer to load than most commands to run.
  const { startOwnFleet } = await import('./own-fleet.ts');
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

async function findRunning(around: Surroundings): Promise<ConsoleClient | null> {
  const found = await findFleet(around.home);
  if (found === null) return null;
  if (found.consoleUrl === null) {
    throw new NumfleetError('fleet-running', `A fleet (pid ${found.pid}) is starting here. Try again in a moment.`);
  }
  const token = (await readFile(path.join(around.home, 'console-token'), 'utf8')).trim();
  return createConsoleClient({ url: found.consoleUrl, token, signal: around.signal });
}
