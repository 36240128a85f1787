import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeys } from '@numfleet/privacy/inside';
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
  for (const part of ['machine', 'home', 'browser', 'keys', 'fleet', 'contact', 'zones']) {
    expect(stdout).toMatch(new RegExp(`^(ok|note) +${part} +\\S`, 'm'));
  }
  expect(stdout).toContain('NUMFLEET_CRAWLERS=3');
  expect(stdout).toContain('NUMFLEET_QUEUE_URL=(set, not shown)');
  expect(stdout).not.toContain('hush');
});

test('--json prints a line each, and exits 1 where something is bad', async () => {
  await generateKeys(join(numfleet.home, 'keys'));
  await writeFile(join(numfleet.home, 'keys', 'url.key'), 'damaged');
  const { exitCode, stdout } = await numfleet.run(['doctor', '--json'], { env: { CHROMIUM_PATH: '/nowhere' } });
  const checks = stdout.trim().split('\n');
  const verdicts = Object.fromEntries(
    checks.map((line) => JSON.parse(line)).map(({ name, verdict }) => [name, verdict]),
  );
  expect({ exitCode, verdicts }).toMatchObject({ exitCode: 1, verdicts: { browser: 'bad', keys: 'bad', home: 'ok' } });
});
