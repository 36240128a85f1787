import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';

let folder: string;
let operated: TestConsole;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'numfleet-dashboard-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'assets/index-abc.js'), 'first();');
  await writeFile(join(folder, 'secret'), 'secret');
  operated = await startTestConsole(inject('postgresUrl'), { dashboardFolder: folder });
});

afterAll(async () => {
  await operated[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('a dashboard that was not built says so, and what to do', async () => {
  const { status, text, headers } = await operated.ask('GET', '/');
  expect([status, headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
  expect(text).toContain('The dashboard has not been built');
});

test('the page is read anew each time; what it loads is kept by browsers for ever', async () => {
  await writeFile(join(folder, 'index.html'), '<!doctype html><p>built');
  const page = await operated.ask('GET', '/');
  expect([page.status, page.text]).toEqual([200, '<!doctype html><p>built']);
  expect(page.headers['cache-control']).toBe('no-store');
  const asset = await operated.ask('GET', '/assets/index-abc.js');
  expect([asset.status, asset.text]).toEqual([200, 'first();']);
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
});

test.each(['/assets/../secret', '/assets/%2e%2e/secret', '/assets/..%2fsecret', '/assets/nothing.js', '/assets/'])(
  '%s is nothing that is served',
  async (path) => {
    const { status, text } = await operated.ask('GET', path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(text).not.toBe('secret');
  },
);

test('assets want a session like everything else', async () => {
  expect((await operated.ask('GET', '/assets/index-abc.js', undefined, {})).status).toBe(401);
});
