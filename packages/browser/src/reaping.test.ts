import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type ExpectStatic, test } from 'vitest';
import { groupUsage } from './process-group.ts';
import { createBrowserLab } from './testing/browser-lab.ts';
import { startOwner } from './testing/start-owner.ts';

const timeout = 60_000;

// They wait most of their time. Of those that run at the same time, each has its own `expect`; more browsers at once would
// be in each other's way.
const inTurn = { timeout, concurrent: false };
describe.concurrent('I10: no browser and no profile folder outlives its owner', () => {
  test('its owner is killed with kill -9 in mid-page', inTurn, async ({ expect }) => {
    await using started = await startOwner();
    const { owner, pid, runDir } = started;
    expect(await countProcesses(pid)).toBeGreaterThan(3);
    owner.kill('SIGKILL');
    await expectGone(expect, pid, runDir);
  });

  test('its owner is killed while the browser is stopped', inTurn, async ({ expect }) => {
    await using started = await startOwner();
    const { owner, pid, runDir } = started;
    process.kill(-pid, 'SIGSTOP');
    owner.kill('SIGKILL');
    await expectGone(expect, pid, runDir);
  });

  test('its guard is killed too: the next pool on that folder reaps, and says so', inTurn, async ({ expect }) => {
    await using started = await startOwner();
    const { owner, pid, runDir } = started;
    process.kill(-pid, 'SIGSTOP'); // or it would end by itself when its pipe closes
    for (const watcher of await watchersOf(pid)) process.kill(watcher, 'SIGKILL');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(await countProcesses(pid)).toBeGreaterThan(3);

    await using lab = await createBrowserLab(undefined, { runDir });
    expect(lab.events).toContainEqual({ type: 'browser.ended', pid, reason: 'owner-gone' });
    expect(await countProcesses(pid)).toBe(0);
    expect(await profiles(runDir)).toHaveLength(1);
  });

  test('a pool leaves alone what has a living owner', inTurn, async ({ expect }) => {
    await using living = await createBrowserLab();
    await using other = await createBrowserLab(undefined, { runDir: living.runDir });
    expect(await profiles(living.runDir)).toHaveLength(2);
    expect((await living.show('<p>x</p>')).kind).toBe('rendered');
    expect((await other.show('<p>x</p>')).kind).toBe('rendered');
  });

  test('its pool is closed', inTurn, async ({ expect }) => {
    const lab = await createBrowserLab();
    const pid = (await lab.pool.state()).browsers[0]?.pid ?? 0;
    await lab.pool[Symbol.asyncDispose]();
    expect(await countProcesses(pid)).toBe(0);
    expect(await profiles(lab.runDir)).toEqual([]);
    expect(lab.events.at(-1)).toEqual({ type: 'browser.ended', pid, reason: 'closed' });
    await lab[Symbol.asyncDispose]();
  });
});

test.concurrent('a browser that hangs is found by its heartbeat, killed and replaced, and all of it is told (I6)', {
  timeout,
}, async ({ expect }) => {
  await using lab = await createBrowserLab();
  const pid = (await lab.pool.state()).browsers[0]?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  expect(await lab.show('<p>x</p>', { deadlineMs: 30_000 })).toEqual({ kind: 'failed', code: 'render-crashed' });
  await expect
    .poll(() => lab.events, { timeout: 5_000 })
    .toContainEqual({ type: 'browser.ended', pid, reason: 'hung' });
  expect(lab.events).toContainEqual({ type: 'browser.hung', stage: 'heartbeat', timeoutMs: 5_000 });
  expect(await countProcesses(pid)).toBe(0);
  expect((await lab.show('<p>x</p>')).kind).toBe('rendered');
});

test.concurrent('a browser that dies is told and replaced', { timeout }, async ({ expect }) => {
  await using lab = await createBrowserLab();
  const pid = (await lab.pool.state()).browsers[0]?.pid ?? 0;
  const rendering = lab.show('<script>while (true) {}</script>');
  setTimeout(() => process.kill(pid, 'SIGKILL'), 500);
  expect(await rendering).toEqual({ kind: 'failed', code: 'render-crashed' });
  expect((await lab.show('<p>x</p>')).kind).toBe('rendered');
  expect(lab.events).toContainEqual({ type: 'browser.ended', pid, reason: 'crashed' });
});

test.concurrent('what died beside it, with its guard, is reaped while a pool runs, whoever owned it (I10)', {
  timeout,
}, async ({ expect, onTestFinished }) => {
  const runRoot = await mkdtemp(join(tmpdir(), 'numfleet-root-'));
  onTestFinished(() => rm(runRoot, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  await using started = await startOwner([], join(runRoot, 'crawler-2'));
  const { owner, pid, runDir } = started;
  await using lab = await createBrowserLab(undefined, { runDir: join(runRoot, 'crawler-1'), runRoot });
  process.kill(-pid, 'SIGSTOP');
  for (const watcher of await watchersOf(pid)) process.kill(watcher, 'SIGKILL');
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  await expect
    .poll(() => lab.events, { timeout: 12_000 })
    .toContainEqual({ type: 'browser.ended', pid, reason: 'owner-gone' });
  await expectGone(expect, pid, runDir);
  expect((await lab.show('<p>x</p>')).kind).toBe('rendered');
});

async function expectGone(expect: ExpectStatic, pid: number, runDir: string): Promise<void> {
  await expect.poll(() => countProcesses(pid), { timeout: 10_000 }).toBe(0);
  await expect.poll(() => profiles(runDir), { timeout: 10_000 }).toEqual([]);
}

async function countProcesses(pid: number): Promise<number> {
  return (await groupUsage(pid))?.processes ?? Number.NaN;
}

async function profiles(runDir: string): Promise<string[]> {
  return await readdir(runDir);
}

/** By what the guard gives them to know their group, never by name. */
async function watchersOf(group: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const guarding = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(`NUMFLEET_GUARDED_GROUP=${group}`);
    }),
  );
  return pids.filter((_, index) => guarding[index]).map(Number);
}
