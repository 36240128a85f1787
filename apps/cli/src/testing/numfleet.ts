import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa, type ResultPromise } from 'execa';
import { expect } from 'vitest';

export const root = resolve(import.meta.dirname, '../../../..');

export interface RunOptions {
  env?: Readonly<Record<string, string>>;
  input?: string;
}

export interface Run {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** The `numfleet` command as a process of its own, on a home folder of its own. */
export interface Numfleet extends AsyncDisposable {
  readonly home: string;
  /** What of the command's environment is not the operator's. */
  readonly env: Readonly<Record<string, string>>;
  run(args: readonly string[], options?: RunOptions): Promise<Run>;
  start(args: readonly string[], options?: RunOptions): ResultPromise<ExecOptions>;
}

type ExecOptions = typeof execOptions & { env: Record<string, string>; input: string };
const execOptions = { reject: false, extendEnv: false, stripFinalNewline: false, timeout: 90_000 } as const;

/** Without `home` a fresh one is made, which goes when this is disposed of. */
export async function createNumfleet(given?: { home: string }): Promise<Numfleet> {
  const home = given?.home ?? (await realpath(await mkdtemp(join(tmpdir(), 'numfleet-cli-'))));
  const { PATH = '', HOME = '' } = process.env;
  const env: Record<string, string> = {
    PATH,
    HOME,
    NODE_COMPILE_CACHE: join(root, '.runtime/compile-cache'),
    NUMFLEET_HOME: home,
    NUMFLEET_RUNTIME_DIR: join(root, '.runtime'),
    NUMFLEET_CONSOLE_PORT: '0',
    NUMFLEET_ADMIN_BASE_PORT: '0',
  };
  const start: Numfleet['start'] = (args, options = {}) =>
    execa(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'apps/cli/src/main.ts'), ...args], {
      ...execOptions,
      env: { ...env, ...options.env },
      input: options.input ?? '',
    });
  return {
    home,
    env,
    start,
    async run(args, options) {
      const { exitCode, stdout, stderr } = await start(args, options);
      return { exitCode, stdout, stderr };
    },
    async [Symbol.asyncDispose]() {
      if (given === undefined) await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What a refusal looks like: one line on stderr with its code, nothing on stdout. */
export function refusal(code: string, exitCode: 1 | 2): Run {
  const stderr = expect.stringMatching(new RegExp(`^numfleet: error \\[${code}\\] [^\\n]+\\n$`));
  return { exitCode, stdout: '', stderr };
}
