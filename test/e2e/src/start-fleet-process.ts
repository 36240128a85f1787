import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFleet } from '@numfleet/embedded/find-fleet';
import { guardPath } from '@numfleet/service';
import { type ConsoleApi, createConsoleApi } from './console-api.ts';
import { leftovers } from './leftovers.ts';
import { descendantsOf, type LiveProcess, liveProcesses } from './live-processes.ts';
import { until } from './until.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface FleetExit {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** From the signal to the end. */
  seconds: number;
}

export interface FleetProcess extends AsyncDisposable {
  /** The home folder, without symbolic links: unique to this fleet. */
  readonly home: string;
  /** The pid of `numfleet up`, the supervisor. */
  readonly pid: number;
  readonly api: ConsoleApi;
  /** What `numfleet up` has printed so far. */
  output(): string;
  /** The tree of processes under the supervisor, itself included. Watchers of the guard stand outside of it. */
  processes(): Promise<LiveProcess[]>;
  /** Sends the supervisor a signal and waits for its end, at most 60 s, and for that of the guard it runs under. As Ctrl-C does, SIGINT goes to its whole group. */
  stop(signal: NodeJS.Signals): Promise<FleetExit>;
}

export interface FleetProcessOptions {
  egressHosts: string;
  env?: Readonly<Record<string, string>>;
  /** A folder that stays; without it a fresh one is made, and removed in the end. */
  home?: string;
}

/** Runs `numfleet up` as an operator does, on ports that are free, and gives it when its console answers. */
export async function startFleetProcess(options: FleetProcessOptions): Promise<FleetProcess> {
  await using stack = new AsyncDisposableStack();
  const home = await realpath(options.home ?? (await mkdtemp(join(tmpdir(), 'numfleet-e2e-'))));
  if (options.home === undefined) stack.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  stack.defer(() => endLeftovers(home));

  const { child, exited, output } = spawnUp(home, options);
  const stop = (signal: NodeJS.Signals) => stopChild(child, exited, signal);
  stack.defer(async () => {
    if (child.exitCode === null && child.signalCode === null) await stop('SIGTERM').catch(() => {});
  });
  const url = await until('the fleet to be up', 60_000, async () => {
    if (child.exitCode !== null) throw new Error(`numfleet up ended with ${child.exitCode}`);
    return (await findFleet(home))?.consoleUrl;
  }).catch((error: Error) => {
    throw new Error(`${error.message}\n${output()}`);
  });
  const token = (await readFile(join(home, 'console-token'), 'utf8')).trim();
  const pid = child.pid ?? 0;
  const held = stack.move();
  return {
    home,
    pid,
    api: createConsoleApi({ url, token }),
    output,
    processes: () => descendantsOf(pid),
    stop,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function spawnUp(home: string, { egressHosts, env }: FleetProcessOptions) {
  const { PATH = '', HOME = '', TMPDIR, CHROMIUM_PATH } = process.env;
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', 'apps/cli/src/main.ts', 'up'];
  const child = spawn(guardPath, command, {
    cwd: root,
    env: {
      PATH,
      HOME,
      ...(TMPDIR === undefined ? {} : { TMPDIR }),
      ...(CHROMIUM_PATH === undefined ? {} : { CHROMIUM_PATH }),
      NODE_COMPILE_CACHE: join(root, '.runtime/compile-cache'),
      NUMFLEET_HOME: home,
      NUMFLEET_RUNTIME_DIR: join(root, '.runtime'),
      NUMFLEET_EGRESS_HOSTS: egressHosts,
      NUMFLEET_CONSOLE_PORT: '0',
      NUMFLEET_ADMIN_BASE_PORT: '0',
      // For a test that is killed: time to drain.
      NUMFLEET_GUARD_GRACE: '40',
      ...env,
    },
    // The last is the lifeline.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own, as a shell gives to what it runs in the foreground.
    detached: true,
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const exited = new Promise<Omit<FleetExit, 'seconds'>>((settle) => {
    child.once('exit', (exitCode, signal) => settle({ exitCode, signal }));
    child.once('error', () => settle({ exitCode: 127, signal: null }));
  });
  return { child, exited, output: () => Buffer.concat(chunks).toString() };
}

async function stopChild(
  child: ChildProcess,
  exited: Promise<Omit<FleetExit, 'seconds'>>,
  signal: NodeJS.Signals,
): Promise<FleetExit> {
  const pid = child.pid ?? 0;
  const began = performance.now();
  process.kill(signal === 'SIGINT' ? -pid : pid, signal);
  const timeout = new AbortController();
  const end = await Promise.race([exited, sleep(60_000, null, { signal: timeout.signal }).catch(() => null)]);
  timeout.abort();
  if (end === null) throw new Error(`the fleet did not end within 60 s of ${signal}`);
  const seconds = (performance.now() - began) / 1_000;
  await until("the test's own guard to be gone", 5_000, async () => !(await isWatched(pid)));
  return { ...end, seconds };
}

/** A guard ends just after what it guards. This one is ours, not the fleet's, which is to leave nothing when it ends. */
async function isWatched(group: number): Promise<boolean> {
  const words = `watching group ${group}`;
  return (await liveProcesses()).some(({ command }) => command.endsWith(words));
}

/** So that a test that fails leaves nothing behind either: first what ends by itself, then the rest. */
async function endLeftovers(home: string): Promise<void> {
  const isClear = async () => (await leftovers(home)).processes.length === 0;
  if (await until('the fleet to be gone', 10_000, isClear).catch(() => false)) return;
  for (const { pid } of (await leftovers(home)).processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
}
