import { mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCheckout, run, start, until } from './testing/checkout.ts';

test('./numfleet, through links and from another folder: sets up, then is the CLI there, with stdout its own', async () => {
  using checkout = createCheckout();
  mkdirSync(join(checkout.root, 'bin'));
  symlinkSync('../numfleet', join(checkout.root, 'bin/one'));
  symlinkSync(join(checkout.root, 'bin/one'), join(checkout.root, 'two'));
  const cwd = tmpdir();
  const first = await run(join(checkout.root, 'two'), ['crawl', 'a b', '--json'], { cwd });
  expect(first.code).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({
    args: ['crawl', 'a b', '--json'],
    cwd,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  expect(first.stderr).toContain('4/4 dashboard');
  expect(await run(join(checkout.root, 'numfleet'), [])).toMatchObject({ code: 0, stderr: '' });
});

test('a failed set-up ends ./numfleet before the CLI', async () => {
  using checkout = createCheckout({ pnpm: false });
  // The tools of the launcher itself, but no npm.
  const ended = await run(join(checkout.root, 'numfleet'), [], {
    env: {
      PATH: `${join(process.execPath, '..')}:/bin`,
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: join(checkout.root, 'cache'),
      npm_config_fetch_retries: '0',
    },
  });
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 1, stdout: '' });
  expect(ended.stderr).toMatch(/numfleet: error \[(npm-missing|network-unreachable)\]/);
});

test('without any Node: one line with a code', async () => {
  using checkout = createCheckout();
  const tools = join(checkout.root, 'tools');
  mkdirSync(tools);
  for (const tool of ['dirname', 'readlink']) symlinkSync(`/usr/bin/${tool}`, join(tools, tool));
  const ended = await run('/bin/sh', [join(checkout.root, 'numfleet')], { env: { PATH: tools } });
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^numfleet: error \[node-missing\] .*\n$/),
  });
});

test.each([
  [[], ['demo']],
  [['--exit'], ['demo', '--exit']],
  [
    ['crawl', 'http://shop.test/', '--wait'],
    ['crawl', 'http://shop.test/', '--wait'],
  ],
])('npm start -- %j runs numfleet %j', async (given, expected) => {
  using checkout = createCheckout();
  const ended = await run('npm', ['--silent', 'start', '--', ...given], { cwd: checkout.root });
  expect(ended.code).toBe(0);
  expect(JSON.parse(ended.stdout).args).toEqual(expected);
});

test('I10: SIGTERM to npm reaches the CLI itself', async () => {
  using checkout = createCheckout();
  const npm = start('npm', ['--silent', 'start', '--', 'up', '--stay'], { cwd: checkout.root });
  await until('the CLI is up', () => npm.output.stdout.includes('"up"'));
  const { pid } = JSON.parse(npm.output.stdout);
  npm.child.kill('SIGTERM');
  const ended = await npm.ended;
  expect(ended.stdout).toMatch(/SIGTERM\n$/);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
