import { type Sites, startSites } from '@numfleet/sites';
import { type FleetProcess, startFleetProcess } from './start-fleet-process.ts';

export interface FleetUnderTest extends FleetProcess {
  readonly sites: Sites;
}

/** Some pages of the demo web hang on purpose; with the usual budgets they would take minutes to be given up. */
export const demoEnvironment = {
  NUMFLEET_JOB_DEADLINE_MS: '8000',
  NUMFLEET_RETRY_BACKOFF_MS: '500',
} as const;

/** The demo web, with so many listing pages more, and a fleet that may crawl it and nothing else. */
export async function startFleetUnderTest(
  options: { extraPages?: number; env?: Readonly<Record<string, string>>; home?: string } = {},
): Promise<FleetUnderTest> {
  await using stack = new AsyncDisposableStack();
  const sites = stack.use(await startSites({ extraPages: options.extraPages ?? 0 }));
  const fleet = stack.use(
    await startFleetProcess({
      egressHosts: sites.egressHosts,
      env: { ...demoEnvironment, ...options.env },
      ...(options.home === undefined ? {} : { home: options.home }),
    }),
  );
  const held = stack.move();
  return { ...fleet, sites, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
