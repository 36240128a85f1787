import { readFile } from 'node:fs/promises';

/** Ends one crawler of a fleet that we started as a crash would, so that Bull Board has a failed job to show. Linux only. */
export async function killCrawler(fleetPid: number): Promise<void> {
  const crawler = await findCrawler(fleetPid);
  if (crawler === null) throw new Error('The fleet has no crawler.');
  process.kill(crawler, 'SIGKILL');
}

/** A descendant of the fleet's own process, and nothing else. */
async function findCrawler(pid: number): Promise<number | null> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  for (const child of children.trim().split(' ').filter(Boolean).map(Number)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8');
    if (command.includes('apps/crawler/src/main.ts')) return child;
    const below = await findCrawler(child);
    if (below !== null) return below;
  }
  return null;
}
