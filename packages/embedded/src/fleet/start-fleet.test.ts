import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withClient } from '../postgres/with-client.ts';
import { startOf } from '../processes/inspect-process.ts';
import { findFleet, lockHome } from './lock-home.ts';
import { type FleetOptions, startFleet } from './start-fleet.ts';

/** Stands in for every app: it is ready at once, and writes down its environment. */
const app = `
  import { writeFileSync } from 'node:fs';
  import { createServer } from 'node:http';
  const { NUMFLEET_HOME, NUMFLEET_SERVICE_NAME, NUMFLEET_ADMIN_PORT } = process.env;
  writeFileSync(NUMFLEET_HOME + '/' + NUMFLEET_SERVICE_NAME + '.json', JSON.stringify(process.env));
  createServer((request, response) => response.end()).listen(Number(NUMFLEET_ADMIN_PORT), '127.0.0.1');
  process.on('SIGTERM', () => process.exit(0));
`;

let root: string;
let home: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'numfleet fleet '));
  home = join(root, 'home');
  for (const name of ['sink', 'console', 'crawler', 'scheduler']) {
    await mkdir(join(root, 'apps', name, 'src'), { recursive: true });
    await writeFile(join(root, 'apps', name, 'src', 'main.ts'), app);
  }
});
afterEach(async () => await rm(root, { recursive: true, force: true }));

const isAlive = async (pid: number | null) => pid !== null && (await startOf(pid)) !== null;
const environmentOf = async (name: string): Promise<Record<string, string>> =>
  JSON.parse(await readFile(join(home, `${name}.json`), 'utf8'));

function start(more: Partial<FleetOptions> = {}) {
  return startFleet({
    home,
    root,
    runtimeDir: join(root, 'runtime'),
    services: [{ app: 'sink' }, { app: 'scheduler' }, { app: 'console' }, { app: 'crawler', count: 2 }],
    env: {
      PATH: process.env.PATH,
      NUMFLEET_CONTACT: 'crawl@example.org',
      AWS_SECRET_ACCESS_KEY: 'x',
      DATABASE_URL: 'x',
    },
    redisUsers: null,
    ports: { console: 0, admin: 0 },
    migrations: [],
    stopTimeoutMs: 5_000,
    emit: () => {},
    metrics: async () => ({ contentType: 'text/plain', text: 'restarts 0\n' }),
    signal: AbortSignal.timeout(60_000),
    ...more,
  });
}

test('a fleet starts whole, and leaves nothing when it stops', { timeout: 60_000 }, async () => {
  const fleet = await start();
  const processes = fleet.processes();
  expect(processes.map(({ name, phase }) => `${name} ${phase}`)).toEqual(
    ['postgres', 'sink', 'console', 'crawler-1', 'crawler-2', 'scheduler'].map((name) => `${name} ready`),
  );
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  expect(await findFleet(home)).toMatchObject({ pid: process.pid, consoleUrl: fleet.consoleUrl });
  expect(await readFile(join(home, 'console-token'), 'utf8')).toBe(`${fleet.token}\n`);
  const supervisor = `http://127.0.0.1:${(await findFleet(home))?.adminPort}`;
  expect((await fetch(`${supervisor}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${supervisor}/metrics`)).text()).toBe('restarts 0\n');

  await Promise.all([fleet.stop(), fleet.stop()]);
  expect(await Promise.all(processes.map(({ pid }) => isAlive(pid)))).toEqual(Array(6).fill(false));
  expect(fleet.processes().map(({ lastExit }) => lastExit?.exitCode)).toEqual(Array(6).fill(0));
  expect(await findFleet(home)).toBeNull();

  await using again = await start();
  expect(again.token).toBe(fleet.token);
});

test('I4: each zone gets its own database role and nothing of another', { timeout: 60_000 }, async () => {
  await using _fleet = await start();
  const crawler = await environmentOf('crawler-1');
  const given = Object.keys(crawler).filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name));
  expect(given.sort()).toEqual([
    ...['NUMFLEET_ADMIN_PORT', 'NUMFLEET_CONTACT', 'NUMFLEET_HOME', 'NUMFLEET_KEYS_DIR', 'NUMFLEET_LIFELINE_STDIN'],
    ...['NUMFLEET_QUEUE_URL', 'NUMFLEET_RUNTIME_DIR', 'NUMFLEET_SERVICE_NAME', 'PATH'],
  ]);
  const roleAt = (url = '') =>
    withClient(url, async (client) => (await client.query('SELECT current_user AS me')).rows[0]);
  expect(await roleAt(crawler.NUMFLEET_QUEUE_URL)).toEqual({ me: 'numfleet_crawler' });
  for (const name of ['sink', 'scheduler', 'console']) {
    const environment = await environmentOf(name);
    expect(await roleAt(environment.DATABASE_URL)).toEqual({ me: `numfleet_${name}` });
    expect(await roleAt(environment.NUMFLEET_QUEUE_URL)).toEqual({ me: `numfleet_${name}` });
    expect(JSON.stringify(environment)).not.toContain('AWS_SECRET');
  }
  expect((await environmentOf('console')).NUMFLEET_CONSOLE_TOKEN_FILE).toBe(join(home, 'console-token'));
});

test('a second fleet on the same folder is refused, and the first one lives on', { timeout: 60_000 }, async () => {
  await using fleet = await start({ services: [{ app: 'console' }] });
  expect(fleet.processes().map(({ name }) => name)).toEqual(['postgres', 'console']);
  await expect(start()).rejects.toMatchObject({
    code: 'fleet-running',
    message: expect.stringContaining(fleet.consoleUrl),
  });
  expect(fleet.processes().map(({ phase }) => phase)).toEqual(['ready', 'ready']);
});

test('a fleet that cannot start takes back what it had started', { timeout: 60_000 }, async () => {
  await writeFile(join(root, 'apps/sink/src/main.ts'), 'process.exit(5);');
  const spawned: number[] = [];
  const failing = start({ emit: (event) => event.type === 'process.spawned' && spawned.push(event.pid) });
  await expect(failing).rejects.toMatchObject({
    code: 'fleet-unhealthy',
    message: expect.stringContaining('exit code 5'),
  });
  expect(spawned.length).toBeGreaterThan(5);
  expect(await Promise.all(spawned.map(isAlive))).toEqual(spawned.map(() => false));
  expect(await findFleet(home)).toBeNull();
});

test('a port in use: an error where it was asked for, another one where it was not', { timeout: 60_000 }, async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = squatter.address() as { port: number };
  const services = [{ app: 'console' }] as const;
  for (const ports of [
    { console: port, admin: 0 },
    { console: 0, admin: port },
  ]) {
    await expect(start({ services, ports })).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining(String(port)),
    });
  }
  squatter.close();

  const second = createServer().listen(7_300, '127.0.0.1');
  await Promise.race([once(second, 'listening'), once(second, 'error')]); // someone else's will do
  await using fleet = await start({ services, ports: { console: null, admin: null } });
  expect(fleet.consoleUrl).not.toBe('http://127.0.0.1:7300');
  expect(fleet.notices).toEqual([expect.stringContaining('Port 7300 is taken')]);
  second.close();
});

test('a home that cannot be written is said', async () => {
  await writeFile(join(root, 'file'), '');
  const failing = start({ home: join(root, 'file', 'home') });
  await expect(failing).rejects.toMatchObject({
    code: 'folder-readonly',
    message: expect.stringContaining('NUMFLEET_HOME'),
  });
});

test('of many that find a stale lock at the same time one gets the home', async () => {
  const foreign = spawn('sleep', ['60']); // lives under the pid of the fleet that died
  await mkdir(home);
  const stale = { pid: foreign.pid, start: 'long ago', startedAt: new Date(0).toISOString(), consoleUrl: null };
  await writeFile(join(home, 'fleet.json'), JSON.stringify(stale));
  const starts = await Promise.allSettled(Array.from({ length: 20 }, () => lockHome(home)));
  foreign.kill();
  expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const refusals = starts.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
  expect(refusals).toEqual(Array(19).fill('fleet-running'));
});
