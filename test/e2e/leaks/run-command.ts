import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Surface } from '../src/index.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface Command {
  home: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Without it `numfleet`. */
  program?: string;
}

/** All that a command prints, whether it succeeds or not. */
export function outputOf({ home, args, env, program }: Command): Promise<Surface> {
  const numfleet = ['--disable-warning=ExperimentalWarning', join(root, 'apps/cli/src/main.ts'), ...args];
  const { PATH = '', HOME = '' } = process.env;
  const surroundings = { PATH, HOME, NUMFLEET_HOME: home, NUMFLEET_RUNTIME_DIR: join(root, '.runtime') };
  const compileCache = { NODE_COMPILE_CACHE: join(root, '.runtime/compile-cache') };
  const options = { env: { ...surroundings, ...compileCache, ...env }, timeout: 30_000 };
  return new Promise((settle) => {
    execFile(program ?? process.execPath, program ? args : numfleet, options, (_error, stdout, stderr) =>
      settle({ label: `numfleet ${args[0]}`, text: `${stdout}\n${stderr}` }),
    );
  });
}
