import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Owner {
  /** What it printed when it was ready. */
  said: unknown;
  /** SIGKILL; resolves when it is dead. */
  kill(): Promise<void>;
}

/** Runs one of the `own-….ts` scripts beside this file as a process of its own. */
export async function startOwner(script: string, ...args: string[]): Promise<Owner> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  return {
    said: JSON.parse(String(line)),
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
