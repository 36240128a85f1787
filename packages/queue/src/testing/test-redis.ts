import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { killGuarded, startGuarded, temporaryFolder } from './guarded.ts';

export { createTestFront, type TestFront } from './test-front.ts';

export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Where all that was ever written to it lies. */
  readonly folder: string;
  /** SIGKILL. What it held stays on disk. */
  kill(): Promise<void>;
  /** Starts it again: on another port where asked, and without what it held where asked. */
  restart(options?: { port?: 'same' | 'another'; empty?: boolean }): Promise<void>;
  /** A command over a connection of its own: `['CONFIG', 'SET', …]`. */
  command(...words: [string, ...string[]]): Promise<unknown>;
}

/** Whether there is a redis-server to test with. Under CI its absence is a failure of the test that needs it. */
export const hasRedis: boolean = process.env.CI === 'true' || findOnPath('redis-server');

/**
 * A Redis for tests on a free port of loopback, in a temporary folder, which survives `kill()`. It ends, and its folder
 * goes, with the disposal or with the test process, however that dies. About 50 ms to start.
 */
export async function startTestRedis(...settings: string[]): Promise<TestRedis> {
  await using started = new AsyncDisposableStack();
  const { path: folder } = started.use(await temporaryFolder('redis'));
  let port = await freePort();
  let server = await startServer(folder, port, settings);
  started.defer(() => killGuarded(server));

  const command = async (...[name, ...words]: [string, ...string[]]) => {
    const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true });
    try {
      await client.connect();
      return await client.call(name, ...words);
    } finally {
      client.disconnect();
    }
  };
  const running = started.move();
  return {
    get url() {
      return `redis://127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    folder,
    kill: () => killGuarded(server),
    async restart({ port: which = 'same', empty = false } = {}) {
      await killGuarded(server);
      if (empty) await rm(join(folder, 'appendonlydir'), { recursive: true, force: true });
      if (which === 'another') port = await freePort();
      server = await startServer(folder, port, settings);
    },
    command,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startServer(folder: string, port: number, settings: readonly string[]): Promise<ChildProcess> {
  const kept = ['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'];
  const where = ['--dir', folder, '--bind', '127.0.0.1', '--port', String(port)];
  const server = startGuarded('redis-server', [...where, ...kept, ...settings]);
  const endsAt = performance.now() + 10_000;
  while (!(await answers(port))) {
    if (server.exitCode !== null || performance.now() > endsAt) throw new Error('redis-server did not start');
    await delay(20);
  }
  return server;
}

/** Whether it has loaded what it held. Where a password is wanted, the refusal is answer enough. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('PING\r\n');
    const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(1_000) });
    return /^(\+PONG|-NOAUTH)/.test(String(answer));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function findOnPath(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
