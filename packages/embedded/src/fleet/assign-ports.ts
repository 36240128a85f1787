import { NumfleetError } from '@numfleet/contracts';
import { choosePort, isPortFree } from '../processes/choose-port.ts';

const defaultConsolePort = 7_300;
const defaultAdminPort = 9_400;
const tries = 200;

/** The ports that the operator asked for; null where nothing was said. 0 is any free one. */
export interface WantedPorts {
  console: number | null;
  /** The first admin port; the services take theirs from there upwards. */
  admin: number | null;
}

export interface AssignedPorts {
  console: number;
  admin: Readonly<Record<string, number>>;
  /** What the operator should be told: default ports that were taken. */
  notices: readonly string[];
}

/**
 * Finds a port for the console and an admin port for each service. Where a default is taken the next free one is chosen;
 * where the operator asked for it, that is an error, `port-in-use`.
 */
export async function assignPorts(names: readonly string[], wanted: WantedPorts): Promise<AssignedPorts> {
  const taken = new Set<number>();
  const admin: Record<string, number> = {};
  const consolePort = await findPort('NUMFLEET_CONSOLE_PORT', wanted.console, defaultConsolePort, taken);
  let next = wanted.admin ?? defaultAdminPort;
  for (const name of names) {
    const port = await findPort('NUMFLEET_ADMIN_BASE_PORT', wanted.admin && next, next, taken);
    admin[name] = port;
    next = next === 0 ? 0 : port + 1;
  }
  const moved = wanted.console === null && consolePort !== defaultConsolePort;
  const notices = moved ? [`Port ${defaultConsolePort} is taken; the console is on port ${consolePort}.`] : [];
  return { console: consolePort, admin, notices };
}

async function findPort(
  setting: string,
  wanted: number | null,
  preferred: number,
  taken: Set<number>,
): Promise<number> {
  const port =
    wanted === 0
      ? await choosePort(null, taken)
      : await firstFree(wanted ?? preferred, wanted === null ? tries : 1, taken);
  if (port === null) {
    const message = `Port ${wanted ?? preferred} (${setting}) is taken. End what holds it, or choose another.`;
    throw new NumfleetError('port-in-use', message);
  }
  taken.add(port);
  return port;
}

async function firstFree(from: number, tries: number, taken: ReadonlySet<number>): Promise<number | null> {
  for (let port = from; port < Math.min(from + tries, 65_536); port += 1) {
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  return null;
}
