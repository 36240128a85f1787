import type { Socket } from 'node:net';
import { type Emit, NumfleetError } from '@numfleet/contracts';
import { badPorts } from './bad-ports.ts';
import { canonicalHost, type Host } from './canonical-host.ts';
import { connectFirst } from './connect-first.ts';
import type { EgressHosts, EgressTarget } from './egress-hosts.ts';
import { isPublicAddress } from './is-public-address.ts';
import type { Resolve } from './name-cache.ts';
import type { OpenSocket } from './open-socket.ts';
import { createPlaces, type PlaceLimits } from './places.ts';

export interface Destination {
  /** As it stands in the URL or in a proxy request, in any spelling. */
  hostname: string;
  port: number;
  signal: AbortSignal;
}

export type Connect = (destination: Destination) => Promise<Socket>;

export interface GuardDependencies {
  hosts: EgressHosts;
  resolve: Resolve;
  /** Connects to an address that has been checked; apart, so that a test sees what would be dialled. */
  open: OpenSocket;
  /** The same for public addresses, where they are reached another way: through the operator's proxy. */
  openPublic?: OpenSocket;
  limits?: PlaceLimits;
  /** Told to which of a host's addresses a connection went. */
  onConnected?: (host: string, address: string) => void;
  emit: Emit;
  /** NUMFLEET_CONTACT. Without it nothing but the overridden hosts is reached (I11). */
  contact: string | null;
  /** Fires when the door closes. */
  closing: AbortSignal;
}

/** Far above what a polite crawl wants, and below the open files that a process may have. */
const mostConnections: PlaceLimits = { perHost: 128, total: 1_024 };

/**
 * The guard (I5): resolves a name once, checks every address that it has, also those that were kept from before, and
 * connects to one of the very addresses it checked, so that a second answer of a rebinding name is never asked for.
 *
 * The connection throws NumfleetError: `address-refused`, `contact-missing`, `dns-failed`, `connect-failed`, `proxy-failed`
 * or `aborted`.
 */
export function createConnect(dependencies: GuardDependencies): Connect {
  const { hosts, resolve, open, openPublic = open, emit, contact, closing, onConnected } = dependencies;
  const places = createPlaces(dependencies.limits ?? mostConnections);
  return async ({ hostname, port, signal }) => {
    const either = AbortSignal.any([signal, closing]);
    const host = canonicalHost(hostname);
    if (host === null) throw refuse('bad-name', 'dns-failed', 'The host is neither a name nor an address.');
    const name = host.kind === 'name' ? host.name : host.address;
    const override = hosts.targetOf(name);
    const targets = override === null ? await checkedTargets(host, port, either) : [override];
    const release = await places.take(name, either);
    try {
      const addresses = new Map<Socket, string>();
      const opened: OpenSocket = async (target, stop) => {
        const socket = await (override === null ? openPublic : open)(target, stop);
        addresses.set(socket, target.address);
        return socket;
      };
      const socket = await connectFirst(opened, targets, either);
      const address = addresses.get(socket);
      if (address !== undefined) onConnected?.(name, address);
      return socket.once('close', release);
    } catch (error) {
      release();
      throw error;
    }
  };

  async function checkedTargets(host: Host, port: number, signal: AbortSignal): Promise<EgressTarget[]> {
    if (badPorts.has(port) || port > 65_535) {
      throw refuse('bad-port', 'address-refused', 'The port belongs to another protocol than HTTP.');
    }
    if (host.kind === 'address' ? !isPublicAddress(host.address) : isLocalName(host.name)) throw refusePrivate();
    if (contact === null) {
      throw refuse('contact-missing', 'contact-missing', 'Set NUMFLEET_CONTACT before you crawl a public host.');
    }
    const addresses = host.kind === 'address' ? [host.address] : await resolve(host.name, signal);
    // One private address among public ones is an attack or a mistake; neither is helped by taking the others.
    if (!addresses.every(isPublicAddress)) throw refusePrivate();
    return addresses.map((address) => ({ address, port }));
  }

  function refusePrivate(): NumfleetError {
    return refuse(
      'private-address',
      'address-refused',
      'The address is not public. NUMFLEET_EGRESS_HOSTS may allow it.',
    );
  }

  function refuse(
    reason: RefusalReason,
    code: 'address-refused' | 'dns-failed' | 'contact-missing',
    message: string,
  ): NumfleetError {
    emit({ type: 'egress.refused', reason });
    return new NumfleetError(code, message);
  }
}

type RefusalReason = Extract<Parameters<Emit>[0], { type: 'egress.refused' }>['reason'];

/** RFC 6761 §6.3: whatever a name server says, this is the machine itself. */
function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}
