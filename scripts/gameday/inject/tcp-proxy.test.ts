import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let proxy: TcpProxy;
let accepted: Socket[];
let stack: AsyncDisposableStack;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  accepted = [];
  const server = createServer((socket) => {
    accepted.push(socket.on('error', () => {}));
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  proxy = stack.use(await startTcpProxy({ port: (server.address() as AddressInfo).port }));
});
afterEach(() => stack.disposeAsync());

/** A client of the echo behind the proxy, and what came back to it. */
async function dial() {
  const socket = connect(proxy.port, '127.0.0.1');
  const ending: string[] = [];
  let echoed = '';
  socket.on('data', (chunk) => {
    echoed += chunk;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => ending.push(error.code ?? ''));
  socket.on('end', () => ending.push('end'));
  await once(socket, 'connect');
  stack.defer(() => void socket.destroy());
  socket.write('hello');
  await expect.poll(() => echoed).toBe('hello');
  const connection = proxy.connections().at(-1);
  if (connection === undefined) throw new Error('no connection');
  return { socket, connection, ending, echoed: () => echoed };
}

test('passes bytes both ways, counts them, and passes an end on', async () => {
  const client = await dial();
  expect([client.connection.up, client.connection.down]).toEqual([5, 5]);
  client.socket.end('bye');
  await expect.poll(client.echoed).toBe('hellobye');
  await expect.poll(() => client.ending).toEqual(['end']);
  await expect.poll(() => proxy.connections()).toEqual([]);
});

describe('of one connection, another untouched,', () => {
  test('stalls a way, and lets go again', async () => {
    const [stalled, other] = [await dial(), await dial()];
    stalled.connection.set({ kind: 'stall', ways: ['down'] });
    for (const { socket } of [stalled, other]) socket.write('!');
    await expect.poll(other.echoed).toBe('hello!');
    await sleep(100);
    expect(stalled.echoed()).toBe('hello');
    expect([stalled.connection.up, stalled.connection.down]).toEqual([6, 5]);
    stalled.connection.set({ kind: 'pass' });
    await expect.poll(stalled.echoed).toBe('hello!');
  });

  test('goes half-open: neither side hears a byte, an end or a reset', async () => {
    const client = await dial();
    client.connection.set({ kind: 'half-open' });
    client.socket.write('is anybody there?');
    accepted[0]?.end('no');
    await sleep(200);
    expect(client.echoed()).toBe('hello');
    expect(client.ending).toEqual([]);
    expect(accepted[0]?.readableEnded).toBe(false);
  });

  test.each([
    ['fin', ['end']],
    ['reset', ['ECONNRESET']],
  ] as const)('cuts it with %s', async (how, ending) => {
    const [client, other] = [await dial(), await dial()];
    client.connection.cut(how);
    await expect.poll(() => client.ending).toEqual(ending);
    other.socket.write('!');
    await expect.poll(other.echoed).toBe('hello!');
  });
});

test('delays and narrows the connections to come', async () => {
  proxy.setNext({ kind: 'delay', ms: 100 });
  let began = performance.now();
  const slow = await dial();
  // Up and down.
  expect(performance.now() - began).toBeGreaterThan(190);
  slow.connection.set({ kind: 'bandwidth', bytesPerSecond: 50_000 });
  began = performance.now();
  slow.socket.write(Buffer.alloc(10_000, 'x'));
  await expect.poll(() => slow.echoed().length).toBe(10_005);
  expect(performance.now() - began).toBeGreaterThan(390);
});

test('a stalled connection ends with the proxy', async () => {
  const client = await dial();
  client.connection.set({ kind: 'stall', ways: ['up', 'down'] });
  client.socket.write('held back');
  await sleep(50);
  await proxy[Symbol.asyncDispose]();
  await expect.poll(() => client.ending).toEqual(['ECONNRESET']);
});
