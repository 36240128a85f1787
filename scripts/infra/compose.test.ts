import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '@numfleet/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { findTool, run } from './find-tool.ts';
import { keysOf, services } from './zone-keys.ts';

const folder = path.resolve(import.meta.dirname, '../../infra/compose');
const compose = parse(await readFile(path.join(folder, 'compose.yaml'), 'utf8'), { merge: true });
const names = Object.keys(compose.services);
const networksOf = (name: string): string[] => compose.services[name].networks;
const isInternal = (network: string): boolean => compose.networks[network].internal === true;

describe('the compose file', () => {
  const composeSpec = findTool('compose-spec');
  it('is one that compose reads (where compose-spec is: see `pnpm infra:check`)', async (context) => {
    const tool = (await composeSpec) ?? context.skip('compose-spec is not here');
    expect(await run(tool, [path.join(folder, 'compose.yaml')])).toContain('name: numfleet');
  });

  it('I4: draws the zones: the crawler shares no network with Postgres, and only it has a way out', () => {
    expect(networksOf('crawler').filter((network) => networksOf('postgres').includes(network))).toEqual([]);
    expect(networksOf('postgres').every(isInternal)).toBe(true);
    expect(networksOf('redis').every(isInternal)).toBe(true);
    // The console's network has a published port and no masquerading, which is no way out either.
    const waysOut = (name: string) =>
      networksOf(name).filter((network) => !isInternal(network) && network !== 'console');
    expect(names.filter((name) => waysOut(name).length > 0)).toEqual(['crawler']);
    expect(compose.networks.console.driver_opts['com.docker.network.bridge.enable_ip_masquerade']).toBe('false');
  });

  it.each(names)('shuts %s in: read-only, without capabilities, bounded', (name) => {
    const { read_only, cap_drop, cap_add, privileged, security_opt, deploy } = compose.services[name];
    expect({ read_only, cap_drop, cap_add, privileged }).toEqual({ read_only: true, cap_drop: ['ALL'] });
    expect(security_opt).toContain('no-new-privileges:true');
    expect(Object.keys(deploy.resources.limits).sort()).toEqual(['cpus', 'memory', 'pids']);
  });

  it('I4: gives each service its own folder of secrets, the crawler no database, and nobody a secret by environment', () => {
    for (const name of names) {
      const { environment = {}, volumes } = compose.services[name];
      expect(volumes).toContain(`./secrets/${name}:/run/secrets/numfleet:ro`);
      for (const [key, value] of Object.entries(environment)) {
        if (!/URL|PASSWORD|TOKEN|PROXY/.test(key)) continue;
        expect(`${key}=${value}`).toMatch(/_FILE=(\/run\/secrets\/numfleet\/|\$\{NUMFLEET_PROXY_FILE:-\}$)/);
      }
    }
    expect(Object.keys(compose.services.crawler.environment).join()).not.toContain('DATABASE');
    expect(Object.keys(compose.services.sink.environment).join()).toContain('DATABASE');
  });

  it('publishes the console alone, on loopback', () => {
    const published = names.flatMap((name) => compose.services[name].ports ?? []);
    expect(published).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)]);
  });

  it('I9: waits longer than the drain and the 10 s after it', () => {
    for (const service of services) {
      expect(Number.parseInt(compose.services[service].stop_grace_period, 10) * 1_000).toBeGreaterThan(
        loadConfig({}).NUMFLEET_DRAIN_MS + 10_000,
      );
    }
  });
});

describe('set-up.sh', () => {
  let secrets: string;
  const proxy = 'http://me:hush@proxy.example.org:3128/';
  const setUp = () =>
    execFileSync(path.join(folder, 'set-up.sh'), [path.join(secrets, 'secrets')], {
      stdio: 'pipe',
      env: { ...process.env, PROXY: proxy },
    });
  const read = (file: string) => readFile(path.join(secrets, 'secrets', file), 'utf8');
  beforeAll(async () => {
    secrets = await mkdtemp(path.join(tmpdir(), 'numfleet-secrets-'));
    setUp();
  });
  afterAll(() => rm(secrets, { recursive: true }));

  it.each(services)('I4: gives %s the keys that it reads and no other', async (service) => {
    const files = await readdir(path.join(secrets, 'secrets', service));
    expect(files.filter((file) => file.endsWith('.key')).sort()).toEqual(await keysOf(service));
    expect(files.includes('database-url')).toBe(service !== 'crawler');
  });

  it('makes URLs that the configuration takes', async () => {
    const config = loadConfig({
      DATABASE_URL_FILE: path.join(secrets, 'secrets/sink/database-url'),
      REDIS_URL_FILE: path.join(secrets, 'secrets/sink/redis-url'),
    });
    const password = (await read('passwords/sink')).trim();
    expect(config.DATABASE_URL).toBe(`postgres://numfleet_sink:${password}@postgres:5432/numfleet`);
    const { username, password: own } = new URL(config.REDIS_URL ?? '');
    expect([username, own]).toEqual(['sink', (await read('passwords/redis-sink')).trim()]);
    const users = (await read('redis/users.acl')).trim().split('\n');
    expect(users.map((line) => line.split(' ')[1])).toEqual(['default', 'scheduler', 'sink', 'console', 'crawler']);
    expect(users.find((line) => line.startsWith('user sink '))).toContain(`>${own} `);
    expect(users.join('\n')).not.toContain('@sink@');
    expect(await read('redis/redis.conf')).toContain('maxmemory-policy noeviction');
    const ofCrawler = { NUMFLEET_PROXY_FILE: path.join(secrets, 'secrets/crawler/proxy-url') };
    expect(loadConfig(ofCrawler).NUMFLEET_PROXY).toBe(proxy);
    expect(await read('migrate/numfleet_sink')).toBe(`${password}\n`);
  });

  it('keeps what is there, behind a folder that is its owner’s alone', async () => {
    const before = await read('sink/database-url');
    const keys = await read('keys/url.key');
    setUp();
    expect(await read('sink/database-url')).toBe(before);
    expect(await read('keys/url.key')).toBe(keys);
    expect((await stat(path.join(secrets, 'secrets'))).mode & 0o777).toBe(0o700);
  });
});
