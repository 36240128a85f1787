import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { BundledApp } from '../bundle-app.ts';

type Environment = Readonly<Record<string, string>>;

export interface BundledService extends AsyncDisposable {
  adminPort: number;
  /** SIGTERM. Gives its exit code. */
  stop(): Promise<number | null>;
}

/** Runs what stands in a folder of bundles as a container does: by start.sh, with plain Node and nothing of our environment. */
export function createRunner(bundles: string) {
  function run(app: BundledApp, args: readonly string[], env: Environment) {
    const { HOME = '', PATH = '' } = process.env;
    return spawn(path.join(bundles, 'start.sh'), [app, ...args], {
      cwd: bundles,
      env: { HOME, PATH: `${path.dirname(process.execPath)}:${PATH}`, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
  return {
    /** Throws what it said on stderr when it fails. */
    async cli(args: readonly string[], env: Environment): Promise<void> {
      const child = run('cli', args, env);
      const said = keepText(child.stderr);
      const [exitCode] = await once(child, 'close');
      if (exitCode !== 0) throw new Error(`numfleet ${args[0]} ended with ${exitCode}: ${said()}`);
    },
    /** Gives the service when it is ready. Throws what it said when it ends before. */
    async startService(app: BundledApp, env: Environment): Promise<BundledService> {
      const child = run(app, [], env);
      const exited = once(child, 'exit');
      const said = keepText(child.stderr);
      const ended = exited.then(() => {
        throw new Error(`${app} ended: ${said()}`);
      });
      const adminPort = await Promise.race([untilReady(child.stdout), ended]);
      ended.catch(() => {});
      return { adminPort, stop: () => stop(child, exited), [Symbol.asyncDispose]: () => kill(child, exited) };
    },
  };
}

/** The admin port, once its log says that it is ready. What it logs goes on being read, or it would block. */
function untilReady(log: Readable): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let adminPort = 0;
  createInterface(log).on('line', (line) => {
    const entry = JSON.parse(line) as { event: string; adminPort?: number };
    if (entry.event === 'service.started') adminPort = entry.adminPort ?? 0;
    if (entry.event === 'service.ready') resolve(adminPort);
  });
  return promise;
}

function keepText(stream: Readable): () => string {
  let text = '';
  stream.on('data', (chunk) => {
    text += String(chunk);
  });
  return () => text;
}

async function stop(child: ChildProcess, exited: Promise<unknown[]>): Promise<number | null> {
  child.kill('SIGTERM');
  const [exitCode] = await exited;
  return exitCode as number | null;
}

async function kill(child: ChildProcess, exited: Promise<unknown[]>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await exited;
}
