import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findChromium } from '@numfleet/browser';
import { createConsoleApi, servePages } from '@numfleet/e2e';
import { startPostgres } from '@numfleet/embedded';
import { hasRedis, startTestRedis } from '@numfleet/queue/testing';
import { createStore } from '@numfleet/store';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bringFilesAlong } from './bring-files-along.ts';
import { type BundledApp, bundleApp, bundledApps } from './bundle-app.ts';
import { createRunner } from './testing/bundled.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Far from the checkout, so that nothing of it is found by going up. */
let folder: string;
let out: string;
const given = new AsyncDisposableStack();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'numfleet-bundles-'));
  given.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  out = path.join(folder, 'dist');
  for (const app of bundledApps) await bundleApp(app, out);
  // As the image has it.
  await cp(path.join(root, 'infra/docker/start.sh'), path.join(out, 'start.sh'));
});
afterAll(() => given.disposeAsync());

describe('a bundle', () => {
  it.each(bundledApps)('of %s takes its files along and names no place of the checkout', async (app) => {
    const files = await filesUnder(path.join(out, app));
    const own = files.filter((file) => file.endsWith('.js') && !file.includes('node_modules'));
    for (const file of own) expect(await readFile(file, 'utf8')).not.toContain(root);
    const guard = path.join(out, app, 'files/packages/service/guard.sh');
    if (files.includes(guard)) expect((await stat(guard)).mode & 0o111).toBe(0o111);
  });

  it('is refused where a module uses its place in a way that cannot be followed', async () => {
    const module = path.join(folder, 'module.ts');
    const bundled = async (code: string) => {
      await writeFile(module, code);
      await using bundle = await rolldown({ input: module, plugins: [bringFilesAlong({ root: folder, folder })] });
      await bundle.generate({ format: 'esm' });
    };
    await expect(bundled('console.log(import.meta.filename);')).rejects.toThrow(/no bundle can follow/);
    await expect(bundled("console.log(new URL('./module.ts', import.meta.url));")).resolves.toBeUndefined();
  });
});

describe.skipIf(!hasRedis)('a fleet of bundles, with the secrets of set-up.sh (where redis-server is)', () => {
  it('I4: is migrated, crawls with a browser by what its zone holds, shows its console and queues, and drains', async () => {
    await using stack = new AsyncDisposableStack();
    const postgres = await startTruth(stack);
    const redis = stack.use(await startTestRedis());
    const secrets = path.join(folder, 'secrets');
    const at = { POSTGRES: `127.0.0.1:${postgres.port}`, REDIS: `127.0.0.1:${redis.port}` };
    execFileSync(path.join(root, 'infra/compose/set-up.sh'), [secrets], {
      env: { ...process.env, ...at },
      stdio: 'pipe',
    });
    const secret = async (file: string) => (await readFile(path.join(secrets, file), 'utf8')).trim();
    await giveOwner(postgres.adminUrl, await secret('passwords/owner'));
    // As the aclfile that it is; the user of this very command, the default one, comes last.
    for (const line of (await secret('redis/users.acl')).split('\n').toReversed()) {
      await redis.command('ACL', 'SETUSER', ...line.split(' ').slice(1));
    }

    const site = stack.use(await servePages(pages));
    const consolePort = await freePort();
    const environmentOf = async (app: BundledApp | 'migrate') => ({
      NUMFLEET_HOME: path.join(folder, 'home'),
      NUMFLEET_KEYS_DIR: path.join(secrets, app),
      REDIS_URL_FILE: path.join(secrets, app, 'redis-url'),
      NUMFLEET_EGRESS_HOSTS: site.egressHosts,
      ...(app === 'crawler'
        ? { CHROMIUM_PATH: await browserPath() }
        : { DATABASE_URL_FILE: path.join(secrets, app, 'database-url') }),
      ...(app === 'console'
        ? {
            NUMFLEET_CONSOLE_TOKEN_FILE: path.join(secrets, 'console/console-token'),
            NUMFLEET_CONSOLE_PORT: String(consolePort),
          }
        : {}),
    });
    const runner = createRunner(out);
    await runner.cli(['migrate', '--passwords', path.join(secrets, 'migrate')], await environmentOf('migrate'));
    const services = ['sink', 'console', 'crawler', 'scheduler'] as const;
    const fleet = await Promise.all(
      services.map(async (app) => stack.use(await runner.startService(app, await environmentOf(app)))),
    );

    const url = `http://127.0.0.1:${consolePort}`;
    const api = createConsoleApi({ url, token: await secret('console/console-token') });
    const seeds = ['http://shop.test/'];
    const campaign = await api.createCampaign({ seeds, purpose: 'test', render: 'always', delayMs: 0 });
    const { pages: counts } = await api.finished(campaign, { withinMs: 60_000 });
    expect(counts).toMatchObject({ done: 2, failed: 0, queued: 0, leased: 0 });
    const numbers = await api.numbers(campaign, 'test');
    expect(numbers.map(({ number }) => number).sort()).toEqual(['+442079460018', '+442079460958']);

    expect((await api.get('/queues/')).text).toContain('Numfleet queues');
    const [, script = 'none'] = / src="([^"]+\.js)"/.exec((await api.get('/')).text) ?? [];
    expect((await api.get(script)).status).toBe(200);
    for (const { adminPort } of fleet) {
      expect((await fetch(`http://127.0.0.1:${adminPort}/livez`)).status).toBe(200);
    }
    for (const service of fleet.reverse()) expect(await service.stop()).toBe(0);
  }, 150_000);
});

/** The second number is there only once a script has run. */
const pages = new Map(
  Object.entries({
    'http://shop.test/': '<a href="/more">more</a> <p>Call us: <a href="tel:+442079460958">020 7946 0958</a>',
    'http://shop.test/more':
      "<p id=p></p><script>p.innerHTML = '<a href=\"tel:+44 20 79' + '46 0018\">us</a>'</script>",
  }).map(([url, body]) => [url, { body: `<!doctype html><html lang=en-GB>${body}`, contentType: 'text/html' }]),
);

async function startTruth(stack: AsyncDisposableStack) {
  const home = path.join(folder, 'postgres');
  const signal = AbortSignal.timeout(60_000);
  return stack.use(await startPostgres({ home, emit: () => {}, signal, durable: false }));
}

/** As the image of Postgres does by its POSTGRES_ variables. */
async function giveOwner(adminUrl: string, password: string): Promise<void> {
  await using admin = createStore({ connectionString: adminUrl, applicationName: 'test', max: 1 });
  await admin.query(`create role numfleet_owner superuser login password '${password}'`);
  await admin.query('create database numfleet owner numfleet_owner');
}

/** The image has Debian's shell with its libraries; here it may be one that needs to be told where its libraries are. */
async function browserPath(): Promise<string> {
  const { executablePath, libraryPath } = await findChromium({ runtimeDir: path.join(root, '.runtime') });
  if (libraryPath === null) return executablePath;
  const script = path.join(folder, 'chromium-headless-shell');
  await writeFile(script, `#!/bin/sh\nLD_LIBRARY_PATH='${libraryPath}' exec '${executablePath}' "$@"\n`, {
    mode: 0o755,
  });
  return script;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function filesUnder(at: string): Promise<string[]> {
  const entries = await readdir(at, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
