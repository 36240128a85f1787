import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { guardPath } from '@numfleet/service';

export interface GuardedProcess {
  pid: number;
  /** Resolves, never rejects, when the process has ended; 127 where it could not be started. */
  exited: Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>;
  /** Signals the process alone. */
  kill(signal: NodeJS.Signals): void;
  /** SIGKILL to its whole process group. */
  killGroup(): void;
}

/**
 * Starts a command under guard.sh: as leader of a process group of its own, which ends when we do, however we end (I10).
 * Its standard input is a pipe that we hold too, so that a service sees at once that its owner is gone.
 */
export function spawnGuarded(options: {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  logFd: number;
  /** The first signal to the group when we are gone. */
  lastSignal: NodeJS.Signals;
  /** Removed when the process is dead. */
  cleanup?: string;
}): GuardedProcess {
  const { command, args, env, cwd, logFd, lastSignal, cleanup } = options;
  const child = spawn(guardPath, [command, ...args], {
    cwd,
    detached: true,
    stdio: ['pipe', logFd, logFd, 'pipe'],
    env: {
      ...env,
      NUMFLEET_GUARD_SIGNAL: lastSignal.replace('SIG', ''),
      ...(cleanup === undefined ? {} : { NUMFLEET_GUARD_CLEANUP: cleanup }),
    },
  });
  const pipes = [child.stdin, child.stdio[3] as Socket | null];
  for (const pipe of pipes) pipe?.on('error', () => {});
  const exited = waitForExit(child).finally(() => {
    for (const pipe of pipes) pipe?.destroy();
  });
  const pid = child.pid ?? 0;
  return {
    pid,
    exited,
    kill: (signal) => void child.kill(signal),
    killGroup() {
      if (pid === 0) return;
      try {
        process.kill(-pid, 'SIGKILL');
      } catch {
        // The group is gone: what was wanted.
      }
    },
  };
}

function waitForExit(child: ChildProcess): GuardedProcess['exited'] {
  const { promise, resolve } = Promise.withResolvers<Awaited<GuardedProcess['exited']>>();
  child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  child.once('error', () => resolve({ exitCode: 127, signal: null }));
  return promise;
}
