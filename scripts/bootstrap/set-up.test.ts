import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCheckout, run, start, until } from './testing/checkout.ts';

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

/** A registry that takes every question and answers none. */
async function createSilentRegistry() {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.resume();
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    open,
    env: { npm_config_registry: `http://127.0.0.1:${port}/` },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** npm of this machine with nothing in its cache, so that it has to ask. */
const withoutCache = (root: string) => ({ npm_config_cache: join(root, '.npm cache'), npm_config_fetch_retries: '0' });

test('sets up a checkout in a path with spaces; the second time it is silent and quick', async () => {
  using checkout = createCheckout();
  const first = await checkout.setUp();
  expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 0, stdout: '' });
  expect(first.stderr).toMatch(
    /1\/4 Node .* ok.*\n.*2\/4 pnpm .* ok.*\n.*3\/4 packages .* ok.*\n.*4\/4 dashboard .* ok, built/,
  );
  expect(existsSync(join(checkout.root, 'node_modules/.modules.yaml'))).toBe(true);
  expect(readdirSync(join(checkout.root, '.runtime')).sort()).toEqual(['bin', 'set-up.log']);

  const startedAt = Date.now();
  expect(await checkout.setUp()).toEqual({ code: 0, stdout: '', stderr: '' });
  // 60 ms on an idle machine; the tests share theirs.
  expect(Date.now() - startedAt).toBeLessThan(3_000);
});

test('two at once: one works, the other finds it done', async () => {
  using checkout = createCheckout();
  const both = await Promise.all([checkout.setUp(), checkout.setUp()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.filter(({ stderr }) => stderr.includes('3/4 packages'))).toHaveLength(1);
  expect(readdirSync(join(checkout.root, '.runtime')).sort()).toEqual(['bin', 'set-up.log']);
});

test('what a killed set-up left behind is cleared away', async () => {
  using checkout = createCheckout();
  const { root } = checkout;
  mkdirSync(join(root, '.runtime/bringing-node-abc/node_modules'), { recursive: true });
  mkdirSync(join(root, 'node_modules/.pnpm/half'), { recursive: true });
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(join(root, '.runtime/set-up.lock'), JSON.stringify({ pid, host: hostname(), token: 'x' }));
  expect(await checkout.setUp()).toMatchObject({ code: 0, stdout: '' });
  expect(readdirSync(join(root, '.runtime')).sort()).toEqual(['bin', 'set-up.log']);
});

test('without npm: one line with a code', async () => {
  using checkout = createCheckout({ pnpm: false });
  const ended = await checkout.setUp({ PATH: '/nowhere' });
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 1, stdout: '' });
  expect(linesOf(ended.stderr).at(-1)).toMatch(/^numfleet: error \[npm-missing\] .*install npm/);
});

test('without a network: one line with a code, and what npm said is kept', async () => {
  using checkout = createCheckout({ pnpm: false });
  const env = { ...withoutCache(checkout.root), npm_config_registry: 'http://127.0.0.1:9/' };
  const ended = await checkout.setUp(env);
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 1, stdout: '' });
  expect(linesOf(ended.stderr).at(-1)).toMatch(/^numfleet: error \[network-unreachable\] .*ECONNREFUSED.*set-up\.log/);
  expect(readFileSync(join(checkout.root, '.runtime/set-up.log'), 'utf8')).toContain('ECONNREFUSED');
  expect(readdirSync(join(checkout.root, '.runtime/bin'))).toEqual(['node']);
});

test('with a lockfile that does not fit: one line with a code', async () => {
  using checkout = createCheckout();
  writeFileSync(join(checkout.root, 'apps/cli/package.json'), '{"name":"cli","dependencies":{"zod":"1.0.0"}}');
  const ended = await checkout.setUp();
  expect(ended.code).toBe(1);
  expect(linesOf(ended.stderr).at(-1)).toMatch(/^numfleet: error \[lockfile-outdated\] /);
});

const isRoot = process.getuid?.() === 0;
const canDropRoot = isRoot && spawnSync('setpriv', ['--version']).status === 0;

test.skipIf(isRoot && !canDropRoot)(
  'in a folder that may not be written: one line with a code (root needs setpriv to try)',
  async () => {
    using checkout = createCheckout();
    const { root } = checkout;
    rmSync(join(root, '.runtime'), { recursive: true });
    const script = `chmod -R a+rX ${quote(join(root, '..'))}; chmod 0555 ${quote(root)}`;
    expect(spawnSync('sh', ['-c', script]).status).toBe(0);
    const args = [process.execPath, join(root, 'scripts/bootstrap/set-up.mjs')];
    const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...args];
    const [command = '', ...rest] = isRoot ? asNobody : args;
    const ended = await run(command, rest);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 1, stdout: '' });
    expect(linesOf(ended.stderr)).toEqual([expect.stringMatching(/^numfleet: error \[folder-readonly\] .*check out/)]);
  },
);

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('I10: %s ends npm as well and leaves nothing half-made', async (signal, code) => {
  await using registry = await createSilentRegistry();
  using checkout = createCheckout({ pnpm: false });
  const { child, ended } = start(process.execPath, [join(checkout.root, 'scripts/bootstrap/set-up.mjs')], {
    env: { ...withoutCache(checkout.root), ...registry.env },
  });
  await until('npm asks the registry', () => registry.open.size > 0);
  child.kill(signal);
  expect(await ended).toMatchObject({ code, stdout: '' });
  await until('npm is gone', () => registry.open.size === 0, 2_000);
  expect(readdirSync(join(checkout.root, '.runtime')).sort()).toEqual(['bin', 'set-up.log']);
});

test('I10: npm does not outlive a set-up that was killed by kill -9, and the next set-up goes through', async () => {
  await using registry = await createSilentRegistry();
  using checkout = createCheckout({ pnpm: false });
  const { root } = checkout;
  const { child } = start(process.execPath, [join(root, 'scripts/bootstrap/set-up.mjs')], {
    env: { ...withoutCache(root), ...registry.env },
  });
  await until('npm asks the registry', () => registry.open.size > 0);
  child.kill('SIGKILL');
  await until('npm is gone', () => registry.open.size === 0);
  expect(existsSync(join(root, '.runtime/set-up.lock'))).toBe(true);

  using whole = createCheckout();
  symlinkSync(join(whole.root, '.runtime/bin/pnpm'), join(root, '.runtime/bin/pnpm'));
  expect(await checkout.setUp()).toMatchObject({ code: 0 });
  expect(readdirSync(join(root, '.runtime')).sort()).toEqual(['bin', 'set-up.log']);
});

function quote(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
