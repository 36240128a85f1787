import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { guardPath } from './guard.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'numfleet guard '));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

test('the command takes the place of the guard: its pid, its output and its status are the owner’s to see', async () => {
  const child = startGuarded('echo $$; exit 7');
  const output = child.stdout?.toArray();
  expect(await exitOf(child)).toEqual([7, null]);
  expect(String(await output).trim()).toBe(String(child.pid));
  expect(await exitOf(startGuarded('kill -s USR1 $$'))).toEqual([null, 'SIGUSR1']);
});

test('I10: no watcher stays when the command ends by itself, and the folder is removed', async () => {
  const cleanup = join(folder, 'a profile');
  await mkdir(cleanup);
  const child = startGuarded('sleep 0.3', { NUMFLEET_GUARD_CLEANUP: cleanup });
  await expect.poll(() => watchersOf(child)).toHaveLength(2); // the control: they are there while it runs
  await exitOf(child);
  await expect.poll(() => watchersOf(child), { timeout: 2_000 }).toEqual([]);
  await expect(access(cleanup)).rejects.toThrow();
});

test('I10: what the command leaves behind in its group ends with it', async () => {
  const child = startGuarded('sleep 60 9>&- & echo $! > left');
  await exitOf(child);
  const left = await pidIn('left');
  await expect.poll(() => isAlive(left), { timeout: 2_000 }).toBe(false);
});

test('I10: the group ends when the lifeline closes: gently first', async () => {
  const child = startGuarded(`trap 'echo asked > asked; exit 0' TERM; sleep 60 & echo $! > child; wait`);
  const grandchild = await pidIn('child');
  // A signal between fork and exec is lost: the shell's own handler takes it. The guard would then kill at its bound.
  await expect.poll(() => nameOf(grandchild)).toBe('sleep');
  closeLifeline(child);
  expect(await exitOf(child)).toEqual([0, null]);
  await access(join(folder, 'asked'));
  await expect.poll(() => isAlive(grandchild), { timeout: 2_000 }).toBe(false);
});

test('I6: one that ignores the signal and one that is stopped are killed at the bound', async () => {
  const cleanup = join(folder, 'profile');
  await mkdir(cleanup);
  const child = startGuarded(`trap '' TERM; sleep 60 & echo $! > stopped; kill -s STOP $!; while :; do sleep 1; done`, {
    NUMFLEET_GUARD_GRACE: '1',
    NUMFLEET_GUARD_CLEANUP: cleanup,
  });
  const stopped = await pidIn('stopped');
  const closedAt = performance.now();
  closeLifeline(child);
  expect(await exitOf(child)).toEqual([null, 'SIGKILL']);
  expect(performance.now() - closedAt).toBeGreaterThan(900);
  await expect.poll(() => isAlive(stopped), { timeout: 2_000 }).toBe(false);
  await expect.poll(() => watchersOf(child), { timeout: 3_000 }).toEqual([]);
  await expect(access(cleanup)).rejects.toThrow();
});

test('the first signal can be chosen', async () => {
  const child = startGuarded(`trap 'exit 5' INT; : > up; while :; do sleep 0.1; done`, {
    NUMFLEET_GUARD_SIGNAL: 'INT',
  });
  await expect.poll(() => access(join(folder, 'up'))).toBeUndefined();
  closeLifeline(child);
  expect(await exitOf(child)).toEqual([5, null]);
});

test('I10: a FIFO is a lifeline too; descriptors 3 and 4 are then the command’s own', async () => {
  const fifo = join(folder, 'lifeline');
  execFileSync('mkfifo', [fifo]);
  const lifeline = await open(fifo, constants.O_RDWR);
  const child = spawn(guardPath, ['-c', 'echo three >&3; echo four >&4; : > up; exec sleep 60'], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, NUMFLEET_LIFELINE: fifo, NUMFLEET_GUARD_COMMAND: '/bin/sh' },
  });
  await expect.poll(() => access(join(folder, 'up'))).toBeUndefined();
  const pipes = [child.stdio[3], child.stdio[4]].map((pipe) => (pipe as NodeJS.ReadableStream).read()?.toString());
  expect(pipes).toEqual(['three\n', 'four\n']);
  expect(watchersOf(child)).toHaveLength(2);
  const closed = Promise.all([once(child, 'exit'), once(child, 'close')]);
  await lifeline.close();
  const [[, signal]] = await closed; // `close` comes only when no watcher holds a descriptor of the command's
  expect(signal).toBe('SIGTERM');
});

test('I10: with an owner that is gone before the guard looks, the command ends at once', async () => {
  const fifo = join(folder, 'lifeline');
  execFileSync('mkfifo', [fifo]);
  const child = spawn(guardPath, ['sleep', '60'], {
    detached: true,
    env: { PATH: process.env.PATH, NUMFLEET_LIFELINE: fifo },
  });
  expect(await exitOf(child)).toEqual([null, 'SIGTERM']);
});

test('without a lifeline the command is not started', async () => {
  const child = spawn(guardPath, ['/bin/sh', '-c', ': > started'], {
    cwd: folder,
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env.PATH },
  });
  expect((await exitOf(child))[0]).not.toBe(0);
  await expect(access(join(folder, 'started'))).rejects.toThrow();
});

test('I10: a SIGKILL to the group, as Playwright ends a browser, does not stop the folder from being removed', async () => {
  const cleanup = join(folder, 'profile');
  await mkdir(cleanup);
  const child = startGuarded(': > up; sleep 60', { NUMFLEET_GUARD_CLEANUP: cleanup });
  await expect.poll(() => access(join(folder, 'up'))).toBeUndefined();
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await exitOf(child);
  await expect.poll(() => watchersOf(child), { timeout: 2_000 }).toEqual([]);
  await expect(access(cleanup)).rejects.toThrow();
});

test('a guard that is ended while it sets up leaves no folder behind', async () => {
  const scratch = join(folder, 'scratch');
  await mkdir(scratch);
  const ends = Array.from({ length: 24 }, async (_, index) => {
    const child = startGuarded('sleep 60', { TMPDIR: scratch });
    await sleep(index);
    child.kill('SIGTERM');
    await exitOf(child);
  });
  await Promise.all(ends);
  await expect.poll(() => readdir(scratch), { timeout: 2_000 }).toEqual([]);
});

test('the settings of the guard, and none of its pipes but one, reach the command', async () => {
  const child = startGuarded('env > environment; ls /proc/self/fd > descriptors || true', {
    NUMFLEET_GUARD_GRACE: '1',
  });
  await exitOf(child);
  expect(await readFile(join(folder, 'environment'), 'utf8')).not.toContain('NUMFLEET_');
  if (process.platform === 'linux') {
    const descriptors = (await readFile(join(folder, 'descriptors'), 'utf8')).split('\n').map(Number);
    expect(descriptors.filter((fd) => fd > 3 && fd < 10)).toEqual([9]);
  }
});

function startGuarded(script: string, env: Record<string, string> = {}): ChildProcess {
  return spawn(guardPath, ['/bin/sh', '-c', script], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    env: { PATH: process.env.PATH, ...env },
  });
}

function closeLifeline(child: ChildProcess): void {
  (child.stdio[3] as NodeJS.ReadableStream & { destroy(): void }).destroy();
}

async function exitOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
  return (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
}

async function pidIn(file: string): Promise<number> {
  for (;;) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => '');
    if (text.endsWith('\n')) return Number(text);
    await sleep(20);
  }
}

/** Living processes of guard.sh that watch the group of this command; a zombie is not living. */
function watchersOf(child: ChildProcess): string[] {
  const list = execFileSync('ps', ['-A', '-ww', '-o', 'stat=,args='], { encoding: 'utf8', maxBuffer: 64_000_000 });
  return list.split('\n').filter((line) => line.endsWith(`watching group ${child.pid}`) && !line.startsWith('Z'));
}

function nameOf(pid: number): string {
  return execFileSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' }).trim();
}

function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-p', String(pid), '-o', 'stat='], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
