import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { FleetEvent } from '@numfleet/contracts';
import { createDoor, type Door, type DoorDependencies } from '../door.ts';
import type { FetchRequest, Lookup } from '../index.ts';
import { parseEgressHosts } from '../rules-door.ts';

export interface Site extends AsyncDisposable {
  port: number;
  /** Method and URL of each request, in order, with the time it came. */
  requests: { line: string; at: number; headers: Record<string, string | string[] | undefined> }[];
  /** Connections taken, whatever came over them. */
  connections: Socket[];
}

/** A real HTTP server on loopback. */
export async function startSite(listener: RequestListener): Promise<Site & { server: HttpServer }> {
  const requests: Site['requests'] = [];
  const server = createHttpServer((request, response) => {
    requests.push({ line: `${request.method} ${request.url}`, at: Date.now(), headers: request.headers });
    listener(request, response);
  });
  return { ...(await listen(server)), requests, server };
}

/** A TCP server on loopback that answers whatever comes with what it is told to. */
export async function startRawSite(answer: (socket: Socket) => void): Promise<Site> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  });
  return { ...(await listen(server)), requests: [] };
}

async function listen(server: Server): Promise<Omit<Site, 'requests'>> {
  const connections: Socket[] = [];
  server.on('connection', (socket: Socket) => connections.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

export type TestDoor = Door & { events: FleetEvent[] };

/** A door with no names but those given: no test can reach the network. */
export function openDoor(hosts: string, dependencies: Partial<DoorDependencies> = {}): TestDoor {
  const events: FleetEvent[] = [];
  const door = createDoor({
    hosts: parseEgressHosts(hosts),
    // How many wait changes with every request, and is another test's matter.
    emit: (event) => event.type !== 'egress.waiting' && events.push(event),
    userAgent: 'Numfleet/0.1 (+https://numfleet.example; ops@numfleet.example)',
    contact: 'ops@numfleet.example',
    lookup: resolvesTo(),
    ...dependencies,
  });
  return Object.assign(door, { events });
}

/** Every name has these addresses, and none of them may be kept. */
export function resolvesTo(...addresses: string[]): Lookup {
  return async () => ({ addresses, ttlSeconds: 0 });
}

export function fetchRequest(url: string, changes: Partial<FetchRequest> = {}): FetchRequest {
  return {
    url,
    delayMs: 0,
    robots: [],
    maxBytes: 1_000_000,
    maxRedirects: 5,
    accept: 'text/html',
    deadlineAt: Date.now() + 10_000,
    signal: AbortSignal.timeout(10_000),
    ...changes,
  };
}
