import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

const script = `
  import { onStopSignals } from ${JSON.stringify(new URL('stop-signals.ts', import.meta.url))};
  onStopSignals((signal, count) => console.log(signal, count));
  setInterval(() => {}, 1_000);
  console.log('listening');
`;

test('an echo of a signal is not a second request to stop; a later one is', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const output = createInterface(child.stdout).on('line', (line) => lines.push(line));
  await once(output, 'line');

  child.kill('SIGINT');
  await once(output, 'line');
  child.kill('SIGINT');
  child.kill('SIGTERM');
  await sleep(600);
  child.kill('SIGTERM');
  await once(output, 'line');
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(lines).toEqual(['listening', 'SIGINT 1', 'SIGTERM 2']);
});
