import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { acquireLock } from './lock.mjs';
import { run, start } from './testing/checkout.ts';

const timing = { beatMs: 20, deadMs: 100, silentMs: 600 };

function createPlace() {
  const folder = mkdtempSync(join(tmpdir(), 'numfleet lock '));
  const file = join(folder, 'lock');
  const waitedFor: number[] = [];
  const losses: string[] = [];
  return {
    file,
    waitedFor,
    losses,
    leave: (holder: object) => writeFileSync(file, JSON.stringify({ host: hostname(), token: 'left', ...holder })),
    acquire: (signal = new AbortController().signal) =>
      acquireLock({
        file,
        signal,
        timing,
        onWait: (pid) => waitedFor.push(pid),
        onLost: (failure) => losses.push(failure.code),
      }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function deadPid(): Promise<number> {
  const { child, ended } = start(process.execPath, ['-e', '']);
  await ended;
  return child.pid ?? 0;
}

test('the second waits for the first, says so once, and has the lock when the first gives it back', async () => {
  using place = createPlace();
  const first = await place.acquire();
  let isSecondIn = false;
  const second = place.acquire().then((lock) => {
    isSecondIn = true;
    return lock;
  });
  // Longer than it takes to give up a holder that does not beat.
  await sleep(timing.silentMs * 2);
  expect(isSecondIn).toBe(false);
  expect(place.waitedFor).toEqual([process.pid]);
  first.release();
  (await second).release();
  expect(place.losses).toEqual([]);
  expect(existsSync(place.file)).toBe(false);
});

test('the lock of a process that is no more is taken over without a word about waiting', async () => {
  using place = createPlace();
  place.leave({ pid: await deadPid() });
  const lock = await place.acquire();
  expect(place.waitedFor).toEqual([]);
  lock.release();
});

test('so is one whose process number now belongs to another, one of another machine, and one that was never written', async () => {
  using place = createPlace();
  for (const left of [{ pid: process.pid }, { pid: 1, host: 'another machine' }]) {
    place.leave(left);
    const startedAt = Date.now();
    (await place.acquire()).release();
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(timing.silentMs - timing.beatMs);
  }
  writeFileSync(place.file, '');
  (await place.acquire()).release();
});

test('a holder that was taken for dead is told, and does not take away the lock of its successor', async () => {
  using place = createPlace();
  const first = await place.acquire();
  place.leave({ pid: process.pid, token: 'of the successor' });
  await sleep(timing.beatMs * 5);
  expect(place.losses).toEqual(['lock-lost']);
  first.release();
  expect(readFileSync(place.file, 'utf8')).toContain('of the successor');
});

test('waiting ends when it is called off', async () => {
  using place = createPlace();
  place.leave({ pid: process.pid });
  const stop = new AbortController();
  const waiting = place.acquire(stop.signal);
  stop.abort('SIGINT');
  await expect(waiting).rejects.toThrow(expect.objectContaining({ cause: 'SIGINT' }));
});

test('of eight processes that find a dead holder, never two are in at once', async () => {
  using place = createPlace();
  place.leave({ pid: await deadPid() });
  const script = `
    import { writeFileSync, rmSync, appendFileSync } from 'node:fs';
    import { acquireLock } from ${JSON.stringify(new URL('./lock.mjs', import.meta.url).href)};
    const file = ${JSON.stringify(place.file)};
    const signal = new AbortController().signal;
    const onLost = () => appendFileSync(file + '.journal', 'lost');
    const lock = await acquireLock({ file, signal, onWait() {}, onLost, timing: ${JSON.stringify({ ...timing, silentMs: 10_000 })} });
    writeFileSync(file + '.inside', '', { flag: 'wx' });
    await new Promise((resolve) => setTimeout(resolve, 40));
    rmSync(file + '.inside');
    appendFileSync(file + '.journal', 'x');
    lock.release();`;
  const runs = Array.from({ length: 8 }, () => run(process.execPath, ['--input-type=module', '-e', script]));
  expect((await Promise.all(runs)).filter(({ code }) => code !== 0)).toEqual([]);
  expect(readFileSync(`${place.file}.journal`, 'utf8')).toBe('x'.repeat(8));
});

test('a holder that ends without giving it back by itself leaves no lock', async () => {
  using place = createPlace();
  const script = `
    import { acquireLock } from ${JSON.stringify(new URL('./lock.mjs', import.meta.url).href)};
    await acquireLock({ file: ${JSON.stringify(place.file)}, signal: new AbortController().signal, onWait() {}, onLost() {} });
    process.stdout.write('in');
    process.exit(3);`;
  const { child, output } = start(process.execPath, ['--input-type=module', '-e', script]);
  const [code] = await once(child, 'close');
  expect({ code, ...output }).toEqual({ code: 3, stdout: 'in', stderr: '' });
  expect(existsSync(place.file)).toBe(false);
});
