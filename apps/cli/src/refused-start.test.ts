import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { generateKeys } from '@numfleet/privacy/inside';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createNumfleet, expectNothingLeft, type Numfleet, refusal } from './testing/numfleet.ts';

let numfleet: Numfleet;
beforeEach(async () => {
  numfleet = await createNumfleet();
});
afterEach(async () => {
  await expectNothingLeft(numfleet.home);
  await numfleet[Symbol.asyncDispose]();
});

/** Needs a whole fleet, and starts one. */
const crawl = ['crawl', 'http://shop.test/', '--purpose', 'test', '--wait', '--json'];

test('a port that was asked for and is taken', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = squatter.address() as { port: number };
  for (const name of ['NUMFLEET_CONSOLE_PORT', 'NUMFLEET_ADMIN_BASE_PORT']) {
    const run = await numfleet.run(crawl, { env: { [name]: String(port) } });
    expect(run).toEqual(refusal('port-in-use', 1));
    expect(run.stderr).toContain(`Port ${port} (${name}) is taken`);
  }
  squatter.close();
});

test('a CHROMIUM_PATH at which there is no browser', async () => {
  const run = await numfleet.run(crawl, { env: { CHROMIUM_PATH: '/nowhere/chromium' } });
  expect(run).toEqual(refusal('config-invalid', 2));
  expect(run.stderr).toContain('CHROMIUM_PATH');
});

const systemBrowsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const hasSystemBrowser = [...systemBrowsers, 'chromium-headless-shell', 'chrome-headless-shell'].some((name) =>
  existsSync(join('/usr/bin', name)),
);

test.skipIf(hasSystemBrowser)('no browser to be found, where the one that comes along cannot be unpacked', async () => {
  const runtime = join(numfleet.home, 'too long a name '.repeat(20));
  const env = { NUMFLEET_RUNTIME_DIR: runtime, PLAYWRIGHT_BROWSERS_PATH: numfleet.home };
  expect(await numfleet.run(crawl, { env })).toEqual(refusal('browser-missing', 1));
});

test('a database of the operator, which this command would not use', async () => {
  const env = { DATABASE_URL: 'postgres://me:hush@127.0.0.1:1/db' };
  const run = await numfleet.run(crawl, { env });
  expect(run).toEqual(refusal('config-invalid', 2));
  expect(run.stderr).not.toContain('hush');
  expect((await numfleet.run(['up'], { env })).exitCode).toBe(2);
});

test('a home that is no folder', async () => {
  await writeFile(join(numfleet.home, 'file'), '');
  const run = await numfleet.run(crawl, { env: { NUMFLEET_HOME: join(numfleet.home, 'file') } });
  expect(run).toEqual(refusal('folder-readonly', 1));
  expect(run.stderr).toContain('NUMFLEET_HOME');
});

// Rights do not bind root, so it becomes somebody else first.
const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

test.skipIf(process.platform !== 'linux')('a home that cannot be written', async () => {
  await chmod(numfleet.home, 0o555);
  for (const home of [numfleet.home, join(numfleet.home, 'sub')]) {
    const run = await numfleet.run(['status'], { env: { NUMFLEET_HOME: home }, under: asNobody });
    expect(run).toEqual(refusal('folder-readonly', 1));
    expect(run.stderr).toContain(home);
  }
});

test('a key that is damaged, and one that the database was not written under', async () => {
  const [keys, others] = [join(numfleet.home, 'keys'), join(numfleet.home, 'others')];
  await generateKeys(keys);
  await generateKeys(others);
  const file = join(keys, 'number-storage.key');
  const good = await readFile(file, 'utf8');
  await writeFile(file, good.slice(0, 60));
  const damaged = await numfleet.run(['status', '--json']);
  expect(damaged).toEqual(refusal('key-wrong', 1));
  expect(damaged.stderr).toContain(file);

  await writeFile(file, good);
  expect(await numfleet.run(['status', '--json'])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  await copyFile(join(others, 'number-storage.key'), file);
  const foreign = await numfleet.run(['status', '--json']);
  expect(foreign).toEqual(refusal('key-wrong', 1));
  expect(foreign.stderr).toContain('number-storage');
});
