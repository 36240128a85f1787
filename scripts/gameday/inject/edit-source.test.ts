import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { editSource } from './edit-source.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'gameday-edit-'));
  await writeFile(join(home, 'defence.ts'), 'export const holds: boolean = true;\n');
  await writeFile(join(home, 'other.ts'), 'export const word: string = "other";\n');
  await writeFile(
    join(home, 'main.ts'),
    `import { isMainThread, Worker } from 'node:worker_threads';
     import { holds } from './defence.ts';
     import { word } from './other.ts';
     console.log(isMainThread, holds, word);
     if (isMainThread) new Worker(new URL(import.meta.url));`,
  );
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function run(from: string, name?: string): Promise<string> {
  const service = name === undefined ? {} : { NUMFLEET_SERVICE_NAME: name };
  const edits = [
    { file: 'defence.ts', from, to: '= 1 > 2;' },
    { file: 'other.ts', from: 'other', to: 'edited' },
  ];
  const env = { ...editSource(...edits), ...service };
  return (await promisify(execFile)(process.execPath, [join(home, 'main.ts')], { env })).stdout;
}

test('edits what a service loads, in its threads too, and what no other process loads', async () => {
  expect(await run('= true;', 'crawler-1')).toBe('true false edited\nfalse false edited\n');
  expect(await run('= true;')).toBe('true true other\nfalse true other\n');
});

test('ends a service whose source does not hold the text', async () => {
  await expect(run('= false;', 'crawler-1')).rejects.toThrow('defence.ts holds what is to be edited 0 times.');
});
