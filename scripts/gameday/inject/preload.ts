import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FleetProcess } from '@numfleet/e2e';
import { signalPart } from './signals.ts';

/** What a service can be made to do to itself. */
type OwnFault = 'unhandled-rejection' | 'end-loop';

/** Faults within the services of a fleet, by a script that Node loads before them; no product code knows of it. */
export interface Preload {
  /** For `numfleet up`. */
  env: { NODE_OPTIONS: string };
  /** Makes a service do it to itself. */
  order(fleet: Pick<FleetProcess, 'home'>, service: string, fault: OwnFault): Promise<void>;
}

/** `reroute` leads the services' connections to a port of loopback, or to an IP address, to another port. The folder must stay. */
export function createPreload(folder: string, reroute?: { from: number | string; to: number }): Preload {
  const orders = join(folder, 'orders');
  const script = new URL('preload.mjs', import.meta.url);
  script.searchParams.set('orders', orders);
  for (const [name, port] of Object.entries(reroute ?? {})) script.searchParams.set(name, String(port));
  return {
    env: { NODE_OPTIONS: `--import=${script.href}` },
    async order(fleet, service, fault) {
      await writeFile(orders, fault);
      await signalPart(fleet, { service }, 'SIGUSR2');
    },
  };
}
