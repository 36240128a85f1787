import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetEvent } from '@numfleet/contracts';
import { test } from 'vitest';
import { startOwner } from '../testing/owner.ts';
import { scriptSpec } from '../testing/script-spec.ts';
import { startOf } from './inspect-process.ts';
import { createSupervisor, type Supervisor } from './supervisor.ts';

const idle = 'ready(); setInterval(() => {}, 1000);';

interface Lab extends AsyncDisposable {
  folder: string;
  events: FleetEvent[];
  supervisor: Supervisor;
}

/** Each test has its own, so that they run at the same time: they wait for delays mostly. */
async function openLab(): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'numfleet supervisor '));
  const events: FleetEvent[] = [];
  const supervisor = createSupervisor({ emit: (event) => events.push(event) });
  return {
    folder,
    events,
    supervisor,
    async [Symbol.asyncDispose]() {
      await supervisor.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const soon = () => AbortSignal.timeout(20_000);
const isAlive = async (pid: number | null | undefined) => typeof pid === 'number' && (await startOf(pid)) !== null;
const namesOf = (events: readonly FleetEvent[], type: 'process.spawned' | 'process.exited') =>
  events.flatMap((event) => (event.type === type ? [event.process] : []));

test.concurrent('processes start after what they need, and stop before it', async ({ expect }) => {
  await using lab = await openLab();
  const { folder, events, supervisor } = lab;
  supervisor.add(scriptSpec(folder, 'first', idle));
  supervisor.add(scriptSpec(folder, 'second', idle, { after: ['first'] }));
  supervisor.add(scriptSpec(folder, 'third', idle, { after: ['second'] }));
  await supervisor.start(soon());
  const pids = supervisor.processes().map(({ pid }) => pid);
  expect(supervisor.processes().map(({ phase }) => phase)).toEqual(['ready', 'ready', 'ready']);
  expect(namesOf(events, 'process.spawned')).toEqual(['first', 'second', 'third']);
  expect(await Promise.all(pids.map(isAlive))).toEqual([true, true, true]);

  await supervisor.stop();
  expect(namesOf(events, 'process.exited')).toEqual(['third', 'second', 'first']);
  expect(await Promise.all(pids.map(isAlive))).toEqual([false, false, false]);
  const ends = supervisor.processes().map(({ phase, lastExit }) => [phase, lastExit?.asked, lastExit?.signal]);
  expect(ends).toEqual(Array(3).fill(['stopped', true, 'SIGTERM']));
});

test.concurrent('I10: one that ends is started again, each time later, and why it ended is kept', async ({
  expect,
}) => {
  await using lab = await openLab();
  const { folder, events, supervisor } = lab;
  supervisor.add(scriptSpec(folder, 'weak', `console.log('a life'); ready(); setTimeout(() => process.exit(3), 150);`));
  await supervisor.start(soon());
  await expect.poll(() => supervisor.processes()[0]?.restarts, { timeout: 15_000 }).toBe(3);
  expect(supervisor.processes()[0]?.lastExit).toMatchObject({ exitCode: 3, signal: null, asked: false });
  const delays = events.flatMap((event) => (event.type === 'process.restarting' ? [event.inMs] : []));
  for (const [index, delay] of delays.entries()) {
    expect(delay).toBeGreaterThanOrEqual(250 * 2 ** index * 0.8);
    expect(delay).toBeLessThanOrEqual(250 * 2 ** index * 1.2);
  }
  expect((await readFile(join(folder, 'logs/weak.log'), 'utf8')).match(/a life/g)?.length).toBeGreaterThanOrEqual(3);
});

test.concurrent('a crash loop is given up with the name, the exit code and the log', { timeout: 30_000 }, async ({
  expect,
}) => {
  await using lab = await openLab();
  const { folder, events, supervisor } = lab;
  supervisor.add(scriptSpec(folder, 'sound', idle));
  supervisor.add(scriptSpec(folder, 'broken', 'process.exit(9)'));
  const log = join(folder, 'logs/broken.log');
  const loop = { code: 'fleet-unhealthy', message: expect.stringMatching(`^broken .*exit code 9.* ${log}`) };
  await expect(supervisor.start(soon())).rejects.toMatchObject(loop);
  await expect(supervisor.failed).rejects.toMatchObject(loop);
  expect(namesOf(events, 'process.spawned').filter((name) => name === 'broken')).toHaveLength(5);
});

test.concurrent('a crash loop long after the start is told by `failed`', { timeout: 30_000 }, async ({ expect }) => {
  await using lab = await openLab();
  const { folder, supervisor } = lab;
  const script = `require('node:fs').existsSync('gone') ? process.exit(4) : (ready(), setInterval(() => {}, 1000));`;
  supervisor.add(scriptSpec(folder, 'turned', script));
  await supervisor.start(soon());
  await writeFile(join(folder, 'gone'), '');
  process.kill(supervisor.processes()[0]?.pid ?? 0, 'SIGKILL');
  await expect(supervisor.failed).rejects.toMatchObject({ code: 'fleet-unhealthy' });
});

test.concurrent('I6: one that does not stop is killed at its bound, with its whole group', async ({ expect }) => {
  await using lab = await openLab();
  const { folder, supervisor } = lab;
  const script = `process.on('SIGTERM', () => {});
    const child = require('node:child_process').spawn('sleep', ['60']);
    require('node:fs').writeFileSync('child', String(child.pid));
    ${idle}`;
  supervisor.add(scriptSpec(folder, 'stubborn', script, { stop: [{ signal: 'SIGTERM', waitMs: 500 }] }));
  await supervisor.start(soon());
  const child = Number(await readFile(join(folder, 'child'), 'utf8'));
  expect(await isAlive(child)).toBe(true);
  const before = performance.now();
  await supervisor.stop();
  expect(performance.now() - before).toBeGreaterThan(450);
  expect(supervisor.processes()[0]?.lastExit).toMatchObject({ signal: 'SIGKILL', asked: true });
  await expect.poll(() => isAlive(child), { timeout: 2_000 }).toBe(false);
});

test.concurrent('I6: one that does not become ready in time is ended and started again', async ({ expect }) => {
  await using lab = await openLab();
  const { folder, supervisor } = lab;
  const script = `require('node:fs').existsSync('once') ? ready() : require('node:fs').writeFileSync('once', ''); setInterval(() => {}, 1000);`;
  supervisor.add(scriptSpec(folder, 'slow', script, { readyTimeoutMs: 700 }));
  await supervisor.start(soon());
  expect(supervisor.processes()[0]).toMatchObject({ restarts: 1, phase: 'ready', lastExit: { signal: 'SIGTERM' } });
});

test.concurrent('I6: one that no longer answers is killed and started again; one that is busy for a while is not', async ({
  expect,
}) => {
  await using lab = await openLab();
  const { folder, events, supervisor } = lab;
  const pace = { everyMs: 200, answerMs: 1_000, silentMs: 2_500 };
  const serve = (name: string) => `require('node:http').createServer((request, response) => {
      if (request.url === '/work') for (const until = Date.now() + 800; Date.now() < until; );
      response.end();
    }).listen(0, '127.0.0.1', function () {
      require('node:fs').writeFileSync('${name}.port', String(this.address().port));
      ready();
    });`;
  const ask = async (name: string, path: string, signal?: AbortSignal) => {
    const port = await readFile(join(folder, `${name}.port`), 'utf8');
    return (await fetch(`http://127.0.0.1:${port}${path}`, { signal: signal ?? null })).ok;
  };
  // Not asked first: what does not answer would not hear it.
  const stop = [{ signal: 'SIGTERM', waitMs: 60_000 }] as const;
  for (const name of ['stopped', 'busy']) {
    const liveness = { ...pace, check: (signal: AbortSignal) => ask(name, '/livez', signal) };
    supervisor.add(scriptSpec(folder, name, serve(name), { liveness, stop }));
  }
  await supervisor.start(soon());
  const [stopped, busy] = supervisor.processes();
  process.kill(stopped?.pid ?? 0, 'SIGSTOP');
  const stoppedAt = performance.now();
  while (supervisor.processes()[0]?.restarts === 0) {
    await ask('busy', '/work');
    await sleep(500);
  }
  expect(performance.now() - stoppedAt).toBeGreaterThan(pace.silentMs - pace.everyMs);

  await expect.poll(() => supervisor.processes()[0]?.phase, { timeout: 5_000 }).toBe('ready');
  expect(supervisor.processes()[0]?.lastExit).toMatchObject({ signal: 'SIGKILL', asked: false });
  expect(await isAlive(stopped?.pid)).toBe(false);
  expect(supervisor.processes()[1]).toMatchObject({ pid: busy?.pid, restarts: 0 });
  const restarts = events.filter(({ type }) => type === 'process.restarting');
  expect(restarts).toEqual([expect.objectContaining({ process: 'stopped', reason: 'hung' })]);
});

test.concurrent('a start that is interrupted, and one that is stopped, start nothing more', async ({ expect }) => {
  await using lab = await openLab();
  const { folder, events, supervisor } = lab;
  supervisor.add(scriptSpec(folder, 'never', 'setInterval(() => {}, 1000);'));
  supervisor.add(scriptSpec(folder, 'after', idle, { after: ['never'] }));
  await expect(supervisor.start(AbortSignal.timeout(500))).rejects.toThrow();
  await supervisor.stop();
  expect(namesOf(events, 'process.spawned')).toEqual(['never']);
  expect(namesOf(events, 'process.exited')).toEqual(['never']);
});

test.concurrent('a command that cannot be started is a crash loop like any other', { timeout: 30_000 }, async ({
  expect,
}) => {
  await using lab = await openLab();
  const { folder, supervisor } = lab;
  supervisor.add({ ...scriptSpec(folder, 'nothing', ''), command: join(folder, 'no such command') });
  await expect(supervisor.start(soon())).rejects.toMatchObject({ code: 'fleet-unhealthy' });
});

test.concurrent('I8: a log beyond its bound is set aside at the start, one old one is kept', async ({ expect }) => {
  await using lab = await openLab();
  const { folder, supervisor } = lab;
  await mkdir(join(folder, 'logs'));
  const log = join(folder, 'logs/chatty.log');
  await writeFile(log, 'x'.repeat(10_000_001));
  await writeFile(`${log}.1`, 'older');
  supervisor.add(scriptSpec(folder, 'chatty', `console.log('fresh'); ${idle}`));
  await supervisor.start(soon());
  expect(await readFile(log, 'utf8')).toBe('fresh\n');
  expect((await stat(`${log}.1`)).size).toBe(10_000_001);
});

test.concurrent('I10: killed with -9, a supervisor takes its processes along, hung ones too', async ({ expect }) => {
  await using lab = await openLab();
  const { folder } = lab;
  const owner = await startOwner('own-processes.ts', folder);
  const pids = owner.said as number[];
  expect(await Promise.all(pids.map(isAlive))).toEqual([true, true]);
  await owner.kill();
  await expect.poll(() => Promise.all(pids.map(isAlive)), { timeout: 5_000 }).toEqual([false, false]);
});
