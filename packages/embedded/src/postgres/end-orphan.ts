import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { sleep } from '@numfleet/service';
import { commandLineOf, isPidTaken } from '../processes/inspect-process.ts';

/** Its guard ends an orphan by itself within 4 s; what is still there then is helped along, gently first. */
const stages = [
  { signal: null, waitMs: 5_000 },
  { signal: 'SIGINT', waitMs: 15_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/**
 * Makes way for a start on a data folder after a `kill -9`. A Postgres that still runs on it is ended; the caller holds
 * the lock of the home folder, so that it can only be an orphan. A pid file whose pid went to a foreign process is
 * removed, since Postgres would take that for a living server. That is safe: a second interlock of Postgres, shared memory
 * keyed by the data folder, still refuses the start while any old backend lives. Anything else Postgres clears up itself.
 */
export async function endOrphan(data: string, signal: AbortSignal): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  if (!(pid > 0)) return;
  if (!(await isPostmasterOf(pid, data))) {
    if (isPidTaken(pid)) await rm(file, { force: true });
    return;
  }
  for (const stage of stages) {
    if (stage.signal !== null) process.kill(pid, stage.signal);
    const endsAt = performance.now() + stage.waitMs;
    while (performance.now() < endsAt) {
      if (!(await isPostmasterOf(pid, data))) return await endOrphan(data, signal);
      await sleep(50, signal);
    }
  }
  throw new NumfleetError('postgres-failed', `Another Postgres (pid ${pid}) runs on ${data} and does not end. End it.`);
}

async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  const commandLine = await commandLineOf(pid);
  return commandLine?.includes(`/postgres -D ${data} `) ?? false;
}
