import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** From who connected to the server, or back. */
type Way = 'up' | 'down';

/** What is done to the bytes of a connection. */
type Wire =
  | { kind: 'pass' }
  /** Nothing is read, so that buffers fill up to the sender; the connection stays. */
  | { kind: 'stall'; ways: readonly Way[] }
  | { kind: 'delay'; ms: number }
  | { kind: 'bandwidth'; bytesPerSecond: number }
  /** Everything is swallowed, an end included: neither side learns that the other is gone (no FIN, no RST). */
  | { kind: 'half-open' };

interface ProxiedConnection {
  /** Bytes passed on so far. */
  readonly up: number;
  readonly down: number;
  set(wire: Wire): void;
  /** Ends it towards both sides in order (FIN), or resets it (RST). */
  cut(how: 'fin' | 'reset'): void;
}

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Those that are open. */
  connections(): ProxiedConnection[];
  /** For the connections to come; those that are there keep what they have. */
  setNext(wire: Wire): void;
}

const stallPollMs = 20;

/** A relay on loopback to one address, whose connections can be disturbed each by itself. */
export async function startTcpProxy(target: { host?: string; port: number; listen?: number }): Promise<TcpProxy> {
  const open = new Map<ProxiedConnection, readonly [Socket, Socket]>();
  let next: Wire = { kind: 'pass' };
  // Half-closing is what TCP does: an end is passed on like a byte.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({
      port: target.port,
      host: target.host ?? '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
    });
    const connection = relay(client, upstream, next, () => open.delete(connection));
    open.set(connection, [client, upstream]);
  });
  server.listen(target.listen ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => [...open.keys()],
    setNext(wire) {
      next = wire;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of [...open.values()].flat()) socket.resetAndDestroy();
      await closed;
    },
  };
}

function relay(client: Socket, upstream: Socket, first: Wire, onClosed: () => void): ProxiedConnection {
  const passed = { up: 0, down: 0 };
  let wire = first;
  const sockets = [client, upstream];
  const pump = async (way: Way, from: Socket, to: Socket) => {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      while (wire.kind === 'stall' && wire.ways.includes(way) && !to.destroyed) await sleep(stallPollMs);
      if (wire.kind === 'half-open') continue;
      await hold(wire, chunk.length);
      passed[way] += chunk.length;
      if (!to.write(chunk)) await once(to, 'drain');
    }
    if (wire.kind !== 'half-open') to.end();
  };
  for (const socket of sockets) {
    // An error is followed by a close.
    socket.on('error', () => {});
    socket.on('close', (hadError) => {
      if (wire.kind === 'half-open') return;
      for (const other of sockets) if (hadError) other.resetAndDestroy();
      if (sockets.every(({ destroyed }) => destroyed)) onClosed();
    });
  }
  void pump('up', client, upstream).catch(() => upstream.destroy());
  void pump('down', upstream, client).catch(() => client.destroy());
  return {
    get up() {
      return passed.up;
    },
    get down() {
      return passed.down;
    },
    set(changed) {
      wire = changed;
    },
    cut(how) {
      wire = { kind: 'pass' };
      for (const socket of sockets) how === 'fin' ? socket.end() : socket.resetAndDestroy();
      if (how === 'reset') onClosed();
    },
  };
}

async function hold(wire: Wire, bytes: number): Promise<void> {
  if (wire.kind === 'delay') await sleep(wire.ms);
  if (wire.kind === 'bandwidth') await sleep((bytes / wire.bytesPerSecond) * 1_000);
}
