import type { Socket } from 'node:net';
import type { Emit } from '@numfleet/contracts';
import type { EgressHosts } from './address/egress-hosts.ts';
import { type Connect, createConnect, type Destination } from './address/guarded-connect.ts';
import { createDnsLookup, type Lookup } from './address/look-up.ts';
import { createNameCache } from './address/name-cache.ts';
import { createNewestAddresses } from './address/newest-addresses.ts';
import { openSocket } from './address/open-socket.ts';
import { createProxyOpener } from './address/open-through-proxy.ts';
import { createAgent } from './fetch/create-agent.ts';
import { type FetchOutcome, type FetchRequest, fetchDocument } from './fetch/fetch-document.ts';
import { createWaiters } from './fetch/waiters.ts';
import { type EgressProxy, startProxy } from './proxy.ts';

export interface DoorDependencies {
  hosts: EgressHosts;
  emit: Emit;
  /** Sent with every document request; names the project and the contact (I11). */
  userAgent: string;
  /** NUMFLEET_CONTACT; null lets only the overridden hosts be reached. */
  contact: string | null;
  /** Where names are resolved; the system's name servers unless given. */
  lookup?: Lookup;
  /** NUMFLEET_PROXY: the operator's own, through which all but the overridden hosts is reached. */
  upstream?: URL | undefined;
}

/** The only way out to the network (I5). Closing it ends every connection that went through it but those of `connect`. */
export interface Door extends AsyncDisposable {
  /** A TCP connection to a checked address; it is the caller's to end. Rejects with NumfleetError, see createConnect. */
  connect(destination: Destination): Promise<Socket>;
  /** Fetches one document; every ending is an outcome, it never rejects. */
  fetchDocument(request: FetchRequest): Promise<FetchOutcome>;
  /** A forward proxy on loopback, through which a browser uses this door. */
  startProxy(): Promise<EgressProxy>;
}

export function createDoor({
  hosts,
  emit,
  userAgent,
  contact,
  lookup = createDnsLookup(),
  upstream,
}: DoorDependencies): Door {
  const closing = new AbortController();
  const resolve = createNameCache({ lookup, emit, closing: closing.signal });
  const addresses = createNewestAddresses();
  const connect = createConnect({
    ...{ hosts, resolve, emit, contact, closing: closing.signal, onConnected: addresses.note },
    open: openSocket,
    openPublic: upstream === undefined ? openSocket : createProxyOpener(upstream),
  });
  const waiters = createWaiters(emit);
  const dispatcher = createAgent(connect, waiters);
  const counted: Connect = async (destination) => {
    const leave = waiters.enter(`${destination.hostname}:${destination.port}`);
    return await connect(destination).finally(leave);
  };
  const proxies = new Set<EgressProxy>();

  return {
    connect,
    async fetchDocument(request) {
      const outcome = await fetchDocument(request, { dispatcher, waiters, emit, userAgent });
      const address = addresses.of(new URL(request.url).hostname);
      return outcome.requestedAt === null || address === undefined ? outcome : { ...outcome, address };
    },
    async startProxy() {
      const proxy = await startProxy(counted);
      proxies.add(proxy);
      return proxy;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.all([...proxies].map((proxy) => proxy[Symbol.asyncDispose]()));
      await dispatcher.destroy();
    },
  };
}
