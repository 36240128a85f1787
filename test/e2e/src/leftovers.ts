import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type LiveProcess, liveProcesses } from './live-processes.ts';

/**
 * What still is there of the fleet on a home folder, however it was reparented or retitled: processes that carry the
 * folder's path in their command line, their environment or as their working folder, or whose parent does; and browser
 * profiles. The path must be unique to the fleet.
 */
export async function leftovers(home: string): Promise<{ processes: LiveProcess[]; profiles: string[] }> {
  const all = (await liveProcesses()).filter(({ pid }) => pid !== process.pid);
  const marked = new Map(all.filter((one) => bears(one, home)).map((one) => [one.pid, one]));
  const processes = all.filter(({ pid, parent, group }) => marked.has(pid) || marked.has(parent) || marked.has(group));
  return { processes, profiles: await profilesUnder(join(home, 'run')) };
}

function bears({ command, environment, folder }: LiveProcess, home: string): boolean {
  return [command, environment, folder].some((text) => text.includes(home));
}

/** Folders of browsers, one below the folder of each crawler. */
async function profilesUnder(run: string): Promise<string[]> {
  const crawlers = await readdir(run).catch(() => []);
  const perCrawler = await Promise.all(
    crawlers.map(async (crawler) => {
      const names = await readdir(join(run, crawler)).catch(() => []);
      return names.map((name) => join(run, crawler, name));
    }),
  );
  return perCrawler.flat();
}
