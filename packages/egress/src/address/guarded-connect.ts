import type { Socket } from 'node:net';
import { type Emit, NumfleetError } from '@numfleet/contracts';
import { badPorts } from './bad-ports.ts';
import { canonicalHost } from './canonical-host.ts';
import type { EgressHosts, EgressTarget } from './egress-hosts.ts';
import { isPublicAddress } from './is-public-address.ts';
import type { Resolve } from './name-cache.ts';
import type { OpenSocket } from './open-socket.ts';

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
  emit: Emit;
  /** NUMFLEET_CONTACT. Without it nothing but the overridden hosts is reached (I11). */
  contact: string | null;
  /** Fires when the door closes. */
  closing: AbortSignal;
}

const addressesTried = 3;

/**
 * The guard (I5): resolves a name once, checks every address that it has, also those that were kept from before, and
 * connects to one of the very addresses it checked, so that a second answer of a rebinding name is never asked for.
 *
 * The connection throws NumfleetError: `address-refused`, `contact-missing`, `dns-failed`, `connect-failed` or `aborted`.
 */
export function createConnect({ hosts, resolve, open, emit, contact, closing }: GuardDependencies): Connect {
  return async ({ hostname, port, signal }) => {
    const either = AbortSignal.any([signal, closing]);
    return await connectFirst(open, await checkedTargets(hostname, port, either), either);
  };

  async function checkedTargets(hostname: string, port: number, signal: AbortSignal): Promise<EgressTarget[]> {
    const host = canonicalHost(hostname);
    if (host === null) throw refuse('bad-name', 'dns-failed', 'The host is neither a name nor an address.');
    const override = hosts.targetOf(host.kind === 'name' ? host.name : host.address);
    if (override !== null) return [override];
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

async function connectFirst(open: OpenSocket, targets: EgressTarget[], signal: AbortSignal): Promise<Socket> {
  let cause: unknown;
  for (const target of targets.slice(0, addressesTried)) {
    try {
      return await open(target, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      cause = error;
    }
  }
  throw new NumfleetError('connect-failed', 'No address of the host accepted a connection.', { cause });
}
