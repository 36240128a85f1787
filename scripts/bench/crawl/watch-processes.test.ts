import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { watchProcesses } from './watch-processes.ts';

/** Touches 64 MiB, computes for a while, says so and waits. */
const busy = `
  globalThis.kept = Buffer.alloc(64 * 2 ** 20, 1);
  for (const end = Date.now() + 300; Date.now() < end; );
  process.stdout.write('done');
  setInterval(() => {}, 1_000);
`;
const parent = `
  const { spawn } = require('node:child_process');
  spawn(process.execPath, ['-e', ${JSON.stringify(busy)}], { stdio: ['ignore', 'inherit', 'inherit'] });
  setInterval(() => {}, 1_000);
`;

test('what a child of a process uses is seen, and kept when all have ended', async () => {
  const child = spawn(process.execPath, ['-e', parent], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const watch = await watchProcesses([child.pid ?? 0], 50);
  try {
    await once(child.stdout, 'data');
    await expect.poll(() => watch.usage().peakMemory).toBeGreaterThan(64 * 2 ** 20);
    await expect.poll(() => watch.usage().cpuSeconds).toBeGreaterThan(0.1);
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await watch[Symbol.asyncDispose]();
  }
  expect(watch.usage().peakMemory).toBeGreaterThan(64 * 2 ** 20);
});
