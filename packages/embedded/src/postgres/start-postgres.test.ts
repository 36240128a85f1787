import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startOf } from '../processes/inspect-process.ts';
import { startOwner } from '../testing/owner.ts';
import { startPostgres } from './start-postgres.ts';
import { withClient } from './with-client.ts';

let home: string;
beforeEach(async () => {
  // Below a 0700 folder and with blanks in its path, as root or not.
  home = join(await mkdtemp(join(tmpdir(), 'numfleet embedded ')), 'a home');
});
afterEach(async () => await rm(join(home, '..'), { recursive: true, force: true }));

const start = () => startPostgres({ home, emit: () => {}, signal: AbortSignal.timeout(60_000) });
const query = (url: string, sql: string) => withClient(url, async (client) => (await client.query(sql)).rows);
const isAlive = async (pid: number | null) => pid !== null && (await startOf(pid)) !== null;

test('Postgres keeps its data, its port and its passwords from one start to the next', {
  timeout: 60_000,
}, async () => {
  const first = await start();
  await query(first.adminUrl, 'CREATE TABLE kept AS SELECT 7 AS n');
  const { pid } = first;
  expect(await isAlive(pid)).toBe(true);
  await first.stop();
  expect(await isAlive(pid)).toBe(false);

  await using second = await start();
  expect([second.port, second.adminUrl]).toEqual([first.port, first.adminUrl]);
  expect(second.portMovedFrom).toBeNull();
  expect(await query(second.adminUrl, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
});

test('it listens on loopback only, asks for a password and keeps it private', { timeout: 60_000 }, async () => {
  await using postgres = await start();
  expect(await query(postgres.adminUrl, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  const wrong = new URL(postgres.adminUrl);
  wrong.password = 'guess';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  const modes = await Promise.all(['postgres', 'postgres/passwords.json'].map((file) => stat(join(home, file))));
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o700, 0o600]);
  expect(await readdir(join(home, 'postgres'))).toEqual(expect.not.arrayContaining(['superuser.new', 'data.new']));
});

test('I3: no statement, value or detail of an error gets into its log', { timeout: 60_000 }, async () => {
  await using postgres = await start();
  await query(postgres.adminUrl, `CREATE TABLE once (n text UNIQUE)`);
  await query(postgres.adminUrl, `INSERT INTO once VALUES ('+442079460000')`);
  const refused = [
    `INSERT INTO once VALUES ('+442079460000')`,
    `SELECT '+442079460000x'::bigint`,
    `SELECT '+442079460000' FROM nowhere`,
  ];
  for (const sql of refused) await expect(query(postgres.adminUrl, sql)).rejects.toThrow();
  await postgres.stop();
  const log = await readFile(join(home, 'logs', 'postgres.log'), 'utf8');
  expect(log).toContain('database system is ready'); // the control: this is the log
  expect(log).not.toContain('2079460000');
});

test('I10: killed with -9, Postgres is started again on the same port with its data', { timeout: 60_000 }, async () => {
  await using postgres = await start();
  await query(postgres.adminUrl, 'CREATE TABLE kept AS SELECT 7 AS n');
  const { pid } = postgres;
  process.kill(pid ?? 0, 'SIGKILL');
  await expect.poll(() => postgres.state().restarts, { timeout: 10_000 }).toBeGreaterThan(0);
  await expect.poll(() => postgres.state().phase, { timeout: 20_000 }).toBe('ready');
  expect(postgres.pid).not.toBe(pid);
  expect(postgres.state().lastExit).toMatchObject({ asked: false });
  expect(await query(postgres.adminUrl, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
});

test('I10: when its owner is killed with -9 Postgres ends within 5 s, and starts again', {
  timeout: 60_000,
}, async () => {
  const owner = await startOwner('own-postgres.ts', home);
  const { pid, adminUrl } = owner.said as { pid: number; adminUrl: string };
  await query(adminUrl, 'CREATE TABLE kept AS SELECT 7 AS n');
  expect(await isAlive(pid)).toBe(true);
  await owner.kill();
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  await using postgres = await start();
  expect(await query(postgres.adminUrl, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
});

test('an orphan that still runs on the folder is waited for, not started beside', { timeout: 60_000 }, async () => {
  const owner = await startOwner('own-postgres.ts', home);
  const { pid } = owner.said as { pid: number };
  await owner.kill();
  await using postgres = await start(); // at once, before the guard has ended the orphan
  expect(await isAlive(pid)).toBe(false);
  expect(postgres.pid).not.toBe(pid);
});

test('an orphan that has lost its guard too is ended', { timeout: 60_000 }, async () => {
  const owner = await startOwner('own-postgres.ts', home);
  const { pid } = owner.said as { pid: number };
  const guards = await guardsOf(pid);
  expect(guards).toHaveLength(2);
  for (const guard of guards) process.kill(guard, 'SIGKILL');
  await owner.kill();
  await using postgres = await start();
  expect(await isAlive(pid)).toBe(false);
  expect(postgres.pid).not.toBe(pid);
});

test('I6: an orphan that is deaf to signals is ended all the same', { timeout: 60_000 }, async () => {
  const owner = await startOwner('own-postgres.ts', home);
  const { pid } = owner.said as { pid: number };
  process.kill(pid, 'SIGSTOP');
  await owner.kill();
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
});

test('a stale pid file whose pid went to a foreign process is no obstacle, and that lives on', {
  timeout: 60_000,
}, async () => {
  await (await start()).stop();
  const foreign = spawn('sleep', ['60']);
  await writeFile(join(home, 'postgres/data/postmaster.pid'), `${foreign.pid}\n${home}/postgres/data\n1\n1\n\n\n\n`);
  await using postgres = await start();
  expect(await query(postgres.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(await isAlive(foreign.pid ?? null)).toBe(true);
  foreign.kill();
});

test('a port that is taken is given up for a free one, and said', { timeout: 60_000 }, async () => {
  const first = await start();
  await first.stop();
  const squatter = createServer().listen(first.port, '127.0.0.1');
  await once(squatter, 'listening');
  await using second = await start();
  squatter.close();
  expect(second.port).not.toBe(first.port);
  expect(second.portMovedFrom).toBe(first.port);
});

test('a half-made cluster is made anew', { timeout: 60_000 }, async () => {
  await mkdir(join(home, 'postgres/data.new'), { recursive: true });
  await writeFile(join(home, 'postgres/data.new/PG_VERSION'), '18\n');
  await using postgres = await start();
  expect(await query(postgres.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('lost passwords and a cluster of another version are said, not overwritten', { timeout: 60_000 }, async () => {
  await (await start()).stop();
  await rm(join(home, 'postgres/passwords.json'));
  await expect(start()).rejects.toMatchObject({
    code: 'postgres-failed',
    message: expect.stringContaining('passwords'),
  });
  await writeFile(join(home, 'postgres/data/PG_VERSION'), '17\n');
  await expect(start()).rejects.toMatchObject({
    code: 'postgres-failed',
    message: expect.stringContaining('Postgres 17'),
  });
});

test.runIf(process.getuid?.() === 0)('as root where there are no user namespaces it says what to do', async () => {
  vi.stubEnv('PATH', home);
  await expect(start()).rejects.toMatchObject({
    code: 'postgres-failed',
    message: expect.stringContaining('ordinary user'),
  });
  vi.unstubAllEnvs();
  await using _control = await start();
});

/** The watchers of guard.sh are told by their command line. */
async function guardsOf(group: number): Promise<number[]> {
  const { stdout } = await execa('ps', ['-A', '-ww', '-o', 'pid=,args=']);
  const lines = stdout.split('\n').filter((line) => line.endsWith(`watching group ${group}`));
  return lines.map((line) => Number.parseInt(line, 10));
}
