import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNumfleet, type Numfleet } from './testing/numfleet.ts';

let numfleet: Numfleet;
beforeAll(async () => {
  numfleet = await createNumfleet();
});
afterAll(async () => await numfleet[Symbol.asyncDispose]());

test('keys generate makes them once, and never others', async () => {
  const readAll = async () => {
    const names = (await readdir(join(numfleet.home, 'keys'))).sort();
    return await Promise.all(names.map((name) => readFile(join(numfleet.home, 'keys', name), 'utf8')));
  };
  const first = await numfleet.run(['keys', 'generate']);
  expect({ exitCode: first.exitCode, stderr: first.stderr }).toEqual({ exitCode: 0, stderr: '' });
  const keys = await readAll();
  expect(keys.length).toBeGreaterThan(4);
  expect((await numfleet.run(['keys', 'generate'])).exitCode).toBe(0);
  expect(await readAll()).toEqual(keys);
  for (const key of keys) expect(first.stdout).not.toContain(JSON.parse(key).key);
});
