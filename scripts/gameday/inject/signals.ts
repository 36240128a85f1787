import { type FleetProcess, type LiveProcess, leftovers } from '@numfleet/e2e';

/** The parts of a fleet that can be signalled. */
export type Part = { service: string } | { browserOf: string } | { renderersOf: string };

/**
 * The living processes of a part. Only this fleet's own are ever given: they bear its home folder, which is unique to
 * it, in their command line or environment.
 */
export async function processesOf(fleet: Pick<FleetProcess, 'home'>, part: Part): Promise<LiveProcess[]> {
  const { processes } = await leftovers(fleet.home);
  if ('service' in part) return processes.filter(isService(part.service));
  const crawler = 'browserOf' in part ? part.browserOf : part.renderersOf;
  const browsers = processes.filter(({ command }) => isBrowser(command) && command.includes(`/run/${crawler}/`));
  if ('browserOf' in part) return browsers;
  // What a browser starts names no folder, but is of its process group.
  const groups = new Set(browsers.map(({ group }) => group));
  return processes.filter(({ command, group }) => command.includes(' --type=renderer') && groups.has(group));
}

/** Sends a signal to all processes of a part, each looked up at that moment; gives how many. Throws where there is none. */
export async function signalPart(
  fleet: Pick<FleetProcess, 'home'>,
  part: Part,
  signal: NodeJS.Signals,
): Promise<number> {
  const processes = await processesOf(fleet, part);
  if (processes.length === 0) throw new Error(`nothing is running of ${Object.values(part)[0]}`);
  for (const { pid } of processes) process.kill(pid, signal);
  return processes.length;
}

/** Stops a part (SIGSTOP) until what it gives is disposed of (SIGCONT). */
export async function freezePart(fleet: Pick<FleetProcess, 'home'>, part: Part): Promise<AsyncDisposable> {
  const frozen = await processesOf(fleet, part);
  await signalPart(fleet, part, 'SIGSTOP');
  return {
    async [Symbol.asyncDispose]() {
      const alive = new Map((await processesOf(fleet, part)).map(({ pid, start }) => [pid, start]));
      for (const { pid, start } of frozen) if (alive.get(pid) === start) process.kill(pid, 'SIGCONT');
    },
  };
}

function isBrowser(command: string): boolean {
  return !/ --type=|guard\.sh/.test(command);
}

function isService(name: string): (process: LiveProcess) => boolean {
  const app = `apps/${name.replace(/-\d+$/, '')}/src/main.ts`;
  return ({ command, environment }) =>
    command.endsWith(app) && environment.split('\n').includes(`NUMFLEET_SERVICE_NAME=${name}`);
}
