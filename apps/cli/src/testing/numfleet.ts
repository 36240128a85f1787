import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { leftovers } from '@numfleet/e2e';
import { findFleet } from '@numfleet/embedded/find-fleet';
import { execa } from 'execa';
import { expect } from 'vitest';

const root = resolve(import.meta.dirname, '../../../..');
const node = [process.execPath, '--disable-warning=ExperimentalWarning'] as const;
const main = join(root, 'apps/cli/src/main.ts');

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  input?: string;
  /** What comes before the command: another program that runs it. */
  under?: readonly string[];
}

export interface Run {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export type Numfleet = Awaited<ReturnType<typeof createNumfleet>>;

/**
 * The `numfleet` command as processes of their own, on the home folder of a fleet that runs or on a fresh one, which goes
 * when this is disposed of.
 */
export async function createNumfleet(given: { home?: string; env?: Readonly<Record<string, string>> } = {}) {
  const home = given.home ?? (await realpath(await mkdtemp(join(tmpdir(), 'numfleet-cli-'))));
  const { PATH = '', HOME = '' } = process.env;
  const env: Readonly<Record<string, string>> = {
    PATH,
    HOME,
    NODE_COMPILE_CACHE: join(root, '.runtime/compile-cache'),
    NUMFLEET_HOME: home,
    NUMFLEET_RUNTIME_DIR: join(root, '.runtime'),
    NUMFLEET_CONSOLE_PORT: '0',
    NUMFLEET_ADMIN_BASE_PORT: '0',
    ...given.env,
  };

  function start(args: readonly string[], { env: more = {}, input = '', under = [] }: RunOptions = {}) {
    const [command = '', ...rest] = [...under, ...node, main, ...args];
    const streams = { input, reject: false, stripFinalNewline: false, timeout: 110_000 } as const;
    return execa(command, rest, { ...streams, env: { ...env, ...more }, extendEnv: false });
  }

  return {
    home,
    env,
    start,
    async run(args: readonly string[], options?: RunOptions): Promise<Run> {
      const { exitCode, stdout, stderr } = await start(args, options);
      return { exitCode, stdout, stderr };
    },
    async [Symbol.asyncDispose]() {
      if (given.home === undefined) await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What a refusal looks like: one line on stderr with its code, nothing on stdout. */
export function refusal(code: string, exitCode: 1 | 2): Run {
  const stderr = expect.stringMatching(new RegExp(`^numfleet: error \\[${code}\\] [^\\n]+\\n$`));
  return { exitCode, stdout: '', stderr };
}

/** Soon nothing is left of a fleet: the watchers of its processes end a moment after them. */
export async function expectNothingLeft(home: string): Promise<void> {
  await expect.poll(() => leftovers(home), { timeout: 10_000 }).toEqual({ processes: [], profiles: [] });
  expect(await findFleet(home)).toBeNull();
}
