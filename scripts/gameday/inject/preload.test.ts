import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPreload, type Preload } from './preload.ts';

let home: string;
let stack: AsyncDisposableStack;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  home = await mkdtemp(join(tmpdir(), 'gameday-preload-'));
  stack.defer(() => rm(home, { recursive: true, force: true }));
});
afterEach(() => stack.disposeAsync());

/** A program that looks like a service of the fleet on `home`; resolves when it has printed something. */
async function startService(
  preload: Preload,
  program: string,
  name?: string,
): Promise<{ child: ChildProcess; said: string }> {
  const file = join(home, 'apps/sink/src/main.ts');
  await mkdir(join(home, 'apps/sink/src'), { recursive: true });
  await writeFile(file, program);
  const service = name === undefined ? {} : { NUMFLEET_SERVICE_NAME: name };
  const child = spawn(process.execPath, [file], {
    env: { ...preload.env, ...service, NUMFLEET_HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  stack.defer(() => void child.kill('SIGKILL'));
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: said.toString() };
}

async function greeter(greeting: string): Promise<number> {
  const server = createServer((socket) => socket.end(greeting)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test('leads the connections of a service to another port, however they are made, and those of no other process', async () => {
  const [from, to] = [await greeter('front door '), await greeter('proxy ')];
  const preload = createPreload(home, { from, to });
  const program = `
    import net from 'node:net';
    const ways = [
      () => net.connect(${from}, '127.0.0.1'),
      () => net.connect({ port: ${from}, host: '127.0.0.1' }),
      () => new net.Socket().connect(${from}, '127.0.0.1'),
      () => new net.Socket().connect({ port: ${from}, host: '127.0.0.1' }),
    ];
    let said = '';
    for (const way of ways) for await (const chunk of way()) said += chunk;
    console.log(said);`;
  expect((await startService(preload, program, 'sink')).said.trim()).toBe('proxy proxy proxy proxy');
  expect((await startService(preload, program)).said).toContain('front door front door');
});

test('leads the connections of a service to an address that is none of loopback to a port of it', async () => {
  const preload = createPreload(home, { from: '3000::1', to: await greeter('site') });
  const program = `
    import net from 'node:net';
    for await (const chunk of net.connect({ host: '3000::1', port: 443 })) console.log(String(chunk));`;
  expect((await startService(preload, program, 'crawler-1')).said.trim()).toBe('site');
});

test('leaves a rejection unhandled when it is ordered to, and not before', async () => {
  const preload = createPreload(home);
  const { child } = await startService(preload, 'setInterval(() => {}, 1_000); console.log("up");', 'sink');
  expect(child.exitCode).toBeNull();
  const ended = once(child, 'exit');
  await preload.order({ home }, 'sink', 'unhandled-rejection');
  expect(await ended).toEqual([1, null]);
});
