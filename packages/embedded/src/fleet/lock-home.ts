import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { sleep } from '@numfleet/service';
import { z } from 'zod';
import { startOf } from '../processes/inspect-process.ts';

const fleetRecord = z.object({
  pid: z.int().positive(),
  /** Tells the process from a later one with the same pid. */
  start: z.string(),
  startedAt: z.iso.datetime(),
  /** Null until the fleet is ready. */
  consoleUrl: z.string().nullable(),
  /** Where the supervisor answers `/readyz` and `/metrics`; null until the fleet is ready. */
  adminPort: z.int().nullable().default(null),
});
export type FleetRecord = z.infer<typeof fleetRecord>;

export interface HomeLock extends AsyncDisposable {
  /** The home folder, without symbolic links. */
  home: string;
  /** Tells others, `findFleet`, where the fleet is. */
  publish(where: { consoleUrl: string; adminPort: number }): Promise<void>;
}

/**
 * Makes the home folder (0700) and holds it for one fleet, by `fleet.json` in it. A fleet that died without giving it
 * back is told by its pid and start. Throws `fleet-running` or `folder-readonly`.
 */
export async function lockHome(folder: string): Promise<HomeLock> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const home = await realpath(folder);
    const file = join(home, 'fleet.json');
    const start = (await startOf(process.pid)) ?? '';
    const record: FleetRecord = { pid: process.pid, start, startedAt: new Date().toISOString(), ...nowhere };
    while (!(await createWith(file, record))) await removeStale(file);
    return {
      home,
      publish: (where) => replaceWith(file, { ...record, ...where }),
      [Symbol.asyncDispose]: () => rm(file, { force: true }),
    };
  } catch (cause) {
    if (cause instanceof NumfleetError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const message = `The folder ${folder} cannot be written (${code}). Choose another with NUMFLEET_HOME, or mend its rights.`;
    throw new NumfleetError('folder-readonly', message, { cause });
  }
}

const nowhere = { consoleUrl: null, adminPort: null };

/** The fleet that runs on a home folder; null where none does. */
export async function findFleet(home: string): Promise<FleetRecord | null> {
  const text = await readFile(join(home, 'fleet.json'), 'utf8').catch(() => null);
  const record = text === null ? null : parse(text);
  if (record === null) return null;
  return (await startOf(record.pid)) === record.start ? record : null;
}

/** Creates the file with its whole content at once; false where there is one. */
async function createWith(file: string, record: FleetRecord): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(record), { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Removes the lock if its fleet is dead. One at a time, by a second file: else two starters could each find the same
 * stale lock, and the slower one remove the lock that the quicker had just taken.
 */
async function removeStale(file: string): Promise<void> {
  const turn = `${file}.stale`;
  const handle = await open(turn, 'wx').catch(() => null);
  if (handle === null) {
    const since = await stat(turn).then(
      (stats) => stats.mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - since > 10_000) await rm(turn, { force: true });
    return await sleep(50);
  }
  try {
    const home = join(file, '..');
    const holder = await findFleet(home);
    if (holder !== null) throw running(home, holder);
    await rm(file, { force: true });
  } finally {
    await handle.close();
    await rm(turn, { force: true });
  }
}

async function replaceWith(file: string, record: FleetRecord): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

function parse(text: string): FleetRecord | null {
  try {
    return fleetRecord.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function running(home: string, { pid, consoleUrl }: FleetRecord): NumfleetError {
  const where = consoleUrl === null ? 'It is starting.' : `Its console is ${consoleUrl}.`;
  const advice = 'Use it, stop it, or choose another folder with NUMFLEET_HOME.';
  return new NumfleetError('fleet-running', `A fleet (pid ${pid}) runs on ${home}. ${where} ${advice}`);
}
