import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PoolState } from '../index.ts';

/** What it leaves is removed with the disposal. */
export interface Owner extends AsyncDisposable {
  owner: ChildProcess;
  /** Of its browser. */
  pid: number;
  runDir: string;
  sandbox: PoolState['sandbox'];
}

/** Starts owner.ts, by way of `prefix`, in a folder of its own unless one is given, and waits until its browser runs. */
export async function startOwner(prefix: readonly string[] = [], runDir?: string): Promise<Owner> {
  const script = fileURLToPath(new URL('owner.ts', import.meta.url));
  const given = runDir === undefined ? [] : [runDir];
  const [command = process.execPath, ...args] = [...prefix, process.execPath, script, ...given];
  const owner = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  const told = JSON.parse(line.toString()) as Omit<Owner, 'owner' | keyof AsyncDisposable>;
  return {
    owner,
    ...told,
    async [Symbol.asyncDispose]() {
      owner.kill('SIGKILL');
      await rm(told.runDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
