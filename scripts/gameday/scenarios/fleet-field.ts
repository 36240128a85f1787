import { type FleetProcess, type FleetProcessOptions, serviceLogs, startFleetProcess } from '@numfleet/e2e';
import { findFleet } from '@numfleet/embedded/find-fleet';
import type { Field, Scrape } from '../frame/scenario.ts';
import { type BadSites, startBadSites } from '../inject/bad-sites.ts';

/** A fleet that may crawl sites which misbehave, and nothing else. */
export interface FleetField extends Field {
  fleet: FleetProcess;
  sites: BadSites;
  /** The same fleet with other settings, of which one is a defence switched off; started when first asked for. */
  undefended(): Promise<FleetField>;
}

type Settings = Readonly<Record<string, string>>;

/** The queues lie on Redis where REDIS_URL is set, on the embedded Postgres otherwise. */
const queues: Settings = process.env.REDIS_URL === undefined ? {} : { REDIS_URL: process.env.REDIS_URL };

export async function openFleetField(
  options: Partial<FleetProcessOptions> & { env: Settings; undefended?: Settings },
): Promise<FleetField> {
  await using stack = new AsyncDisposableStack();
  const { env, undefended = {}, ...rest } = options;
  const sites = stack.use(await startBadSites());
  const fleet = stack.use(
    await startFleetProcess({ egressHosts: sites.egressHosts, ...rest, env: { ...queues, ...env } }),
  );
  let other: Promise<FleetField> | undefined;
  stack.defer(async () => void (await (await other?.catch(() => null))?.[Symbol.asyncDispose]()));
  const held = stack.move();
  return {
    fleet,
    sites,
    scrape: createScrape(fleet),
    undefended() {
      other ??= openFleetField({ ...rest, env: { ...env, ...undefended } });
      return other;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Reads `/metrics` of the supervisor and of every service, as Prometheus does. Their ports outlive their restarts. */
function createScrape(fleet: Pick<FleetProcess, 'home'>): Scrape {
  let ports: Promise<Map<string, number>> | undefined;
  return async () => {
    ports ??= adminPorts(fleet.home);
    const answers = await Promise.all(
      [...(await ports)].map(async ([name, port]): Promise<[string, string] | null> => {
        const url = `http://127.0.0.1:${port}/metrics`;
        const text = await fetch(url, { signal: AbortSignal.timeout(1_000) })
          .then((response) => response.text())
          .catch(() => null);
        return text === null ? null : [name, text];
      }),
    );
    return new Map(answers.filter((answer) => answer !== null));
  };
}

async function adminPorts(home: string): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  const supervisor = (await findFleet(home))?.adminPort;
  if (typeof supervisor === 'number') ports.set('supervisor', supervisor);
  for (const [name, lines] of await serviceLogs(home)) {
    const port = lines.findLast(({ event }) => event === 'service.started')?.adminPort;
    if (typeof port === 'number') ports.set(name, port);
  }
  return ports;
}
