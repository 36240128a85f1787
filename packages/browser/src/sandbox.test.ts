import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { lacksSandbox } from './sandbox.ts';
import { createBrowserLab } from './testing/browser-lab.ts';
import { startOwner } from './testing/start-owner.ts';

const timeout = 60_000;

describe.runIf(canMakeNamespaces())('where user namespaces can be had', () => {
  test("Chromium's own sandbox holds its renderers, as root too", { timeout }, async () => {
    await using lab = await createBrowserLab();
    const { sandbox, browsers } = await lab.pool.state();
    expect(sandbox).toMatchObject({ on: true });
    const rendering = lab.show('<script>while (true) {}</script>', { deadlineMs: 2_000 });
    await expect.poll(() => rendererSeccomp(browsers[0]?.pid ?? 0), { timeout: 2_000 }).toContain('2');
    await rendering;
  });

  test('and where they are denied it runs without, and says why', { timeout }, async () => {
    const denied = ['unshare', '--user', '--map-root-user', 'sh', '-c'];
    const without = [...denied, 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', 'sh'];
    await using owner = await startOwner(without);
    expect(owner.sandbox).toEqual({ on: false, reason: expect.stringContaining('gets no user namespaces here') });
  });
});

test.each([
  ['FATAL:zygote_host_impl_linux.cc:129] No usable sandbox! If you are running on Ubuntu 23.10+', true],
  ['unshare: unshare failed: Operation not permitted', true],
  ['/srv/guard.sh: 50: exec: unshare: not found', true],
  ['error while loading shared libraries: libnss3.so: cannot open shared object file', false],
  ['', false],
])('a browser that says %j lacks a sandbox: %s', (stderr, expected) => {
  expect(lacksSandbox(stderr)).toBe(expected);
});

/** The seccomp mode (2 is filtering) of each renderer in the group; known by its argument, in a group of ours. */
async function rendererSeccomp(group: number): Promise<string[]> {
  const modes: string[] = [];
  for (const pid of await readdir('/proc')) {
    const [stat, arguments_, status] = await Promise.all(
      ['stat', 'cmdline', 'status'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
    );
    if (!stat?.includes(` ${group} `) || !arguments_?.includes('--type=renderer')) continue;
    modes.push(/^Seccomp:\s*(\d)/m.exec(status ?? '')?.[1] ?? '');
  }
  return modes;
}

function canMakeNamespaces(): boolean {
  return spawnSync('sh', ['-c', 'unshare --user --map-root-user true']).status === 0;
}
