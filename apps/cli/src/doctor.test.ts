import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeys } from '@numfleet/privacy/inside';
import { hasRedis, startTestRedis } from '@numfleet/queue/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNumfleet, type Numfleet } from './testing/numfleet.ts';

let numfleet: Numfleet;
beforeAll(async () => {
  numfleet = await createNumfleet();
});
afterAll(async () => await numfleet[Symbol.asyncDispose]());

test('gives a verdict on each part and explains each setting, secrets not shown', async () => {
  const env = { NUMFLEET_CRAWLERS: '3', NUMFLEET_QUEUE_URL: 'postgres://me:hush@127.0.0.1/q' };
  const { exitCode, stdout, stderr } = await numfleet.run(['doctor'], { env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  for (const part of [
    'machine',
    'home',
    'browser',
    'keys',
    'queue',
    'fleet',
    'numbering',
    'proxy',
    'contact',
    'zones',
  ]) {
    expect(stdout).toMatch(new RegExp(`^(ok|note) +${part} +\\S`, 'm'));
  }
  expect(stdout).toMatch(/numbering metadata of libphonenumber-js [\d.]+, \d+ days old \(\d{4}-\d\d-\d\d\)/);
  expect(stdout).toContain('NUMFLEET_CRAWLERS=3');
  expect(stdout).toContain('NUMFLEET_QUEUE_URL=(set, not shown)');
  expect(stdout).not.toContain('hush');
});

test('--json prints a line each, and exits 1 where something is bad', async () => {
  await generateKeys(join(numfleet.home, 'keys'));
  await writeFile(join(numfleet.home, 'keys', 'url.key'), 'damaged');
  const env = { CHROMIUM_PATH: '/nowhere', NUMFLEET_PROXY: 'http://me:hush@127.0.0.1:1' };
  const { exitCode, stdout } = await numfleet.run(['doctor', '--json'], { env });
  expect(stdout).not.toContain('hush');
  const checks = stdout.trim().split('\n');
  const verdicts = Object.fromEntries(
    checks.map((line) => JSON.parse(line)).map(({ name, verdict }) => [name, verdict]),
  );
  expect({ exitCode, verdicts }).toMatchObject({
    exitCode: 1,
    verdicts: { browser: 'bad', keys: 'bad', proxy: 'bad', home: 'ok' },
  });
});

test.runIf(hasRedis)('tells which Redis the queues live on, and what is wrong with it', async () => {
  await using redis = await startTestRedis();
  const queueOf = async (url: string) => {
    const { stdout } = await numfleet.run(['doctor', '--json'], { env: { REDIS_URL: url } });
    const checks = stdout.trim().split('\n');
    return checks.map((line) => JSON.parse(line)).find(({ name }) => name === 'queue');
  };
  expect(await queueOf(redis.url)).toMatchObject({ verdict: 'ok', about: expect.stringMatching(/noeviction$/) });
  await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu');
  expect(await queueOf(redis.url)).toMatchObject({ verdict: 'bad', about: expect.stringContaining('allkeys-lfu') });
  await redis.kill();
  const gone = await queueOf(redis.url.replace('//', '//:hush@'));
  expect(gone).toMatchObject({ verdict: 'bad', about: expect.stringContaining('does not answer') });
  expect(JSON.stringify(gone)).not.toContain('hush');
});
