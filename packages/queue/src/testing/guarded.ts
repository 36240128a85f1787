import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardPath } from '@numfleet/service';

/** Starts a command that ends, by SIGKILL, when we do, however we end. */
export function startGuarded(command: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(guardPath, [command, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH ?? '', NUMFLEET_GUARD_SIGNAL: 'KILL', ...env },
  });
  for (const pipe of [child.stdin, child.stdio[3]]) pipe?.on('error', () => {});
  return child;
}

export async function killGuarded(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** A folder that outlives the servers that use it, and goes with its disposal or with us, however we end. */
export async function temporaryFolder(name: string): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), `numfleet-test-${name}-`));
  const keeper = startGuarded('cat', [], { NUMFLEET_GUARD_CLEANUP: path });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await killGuarded(keeper);
      await rm(path, { recursive: true, force: true });
    },
  };
}
