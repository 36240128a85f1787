import { join } from 'node:path';
import { type FleetProcess, type LiveProcess, leftovers, until } from '@numfleet/e2e';

/** A part of a fleet that can be killed. */
export interface Victim {
  name: string;
  /** Whether the supervisor starts it again at once. Its owner starts a browser when the next page wants one. */
  supervised: boolean;
  is(process: LiveProcess): boolean;
}

/** The browser comes first: later on no page may be left that wants one. */
export const victims: readonly Victim[] = [
  {
    name: 'chromium',
    supervised: false,
    // The browser itself of the crawler that is left alive; what it starts says so by --type.
    is: ({ command }) => command.includes('/run/crawler-2/') && !/ --type=|guard\.sh/.test(command),
  },
  service('crawler-1'),
  service('sink'),
  service('scheduler'),
  service('console'),
  { name: 'postgres', supervised: true, is: ({ command }) => command.includes('/bin/postgres -D ') },
];

function service(name: string): Victim {
  const app = join('apps', name.replace(/-\d+$/, ''), 'src/main.ts');
  return {
    name,
    supervised: true,
    is: ({ command, environment }) =>
      command.endsWith(app) && environment.split('\n').includes(`NUMFLEET_SERVICE_NAME=${name}`),
  };
}

/**
 * Kills a part with -9 and waits until it is gone and, where it is supervised, another one is there. Gives how long that
 * took, ms.
 */
export async function killAndAwait(victim: Victim, fleet: FleetProcess): Promise<number> {
  const alive = async () => (await leftovers(fleet.home)).processes.filter(victim.is);
  const before = await alive();
  const [target] = before;
  if (target === undefined) throw new Error(`no ${victim.name} is running`);
  const known = new Set(before.map(({ pid }) => pid));
  process.kill(target.pid, 'SIGKILL');
  const began = performance.now();
  await until(`an end of ${victim.name} and its successor`, 30_000, async () => {
    const pids = (await alive()).map(({ pid }) => pid);
    return !pids.includes(target.pid) && (!victim.supervised || pids.some((pid) => !known.has(pid)));
  });
  return performance.now() - began;
}
