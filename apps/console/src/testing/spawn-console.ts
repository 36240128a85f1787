import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { HttpLimits } from '../http/limits.ts';
import type { ProcessLook } from './console-process.ts';

export interface SpawnedConsole extends AsyncDisposable {
  origin: string;
  token: string;
  look(): Promise<ProcessLook>;
}

/** A console in a process of its own, so that its memory can be measured. */
export async function spawnConsole(adminUrl: string, limits: Partial<HttpLimits> = {}): Promise<SpawnedConsole> {
  const file = join(import.meta.dirname, 'console-process.ts');
  const child = spawn(process.execPath, ['--expose-gc', file, adminUrl, JSON.stringify(limits)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  if (value === undefined) throw new Error('The console did not start.');
  return {
    ...(JSON.parse(value) as { origin: string; token: string }),
    async look() {
      child.stdin.write('look\n');
      return JSON.parse((await lines.next()).value ?? '') as ProcessLook;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}
