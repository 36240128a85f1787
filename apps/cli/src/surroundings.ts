import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, loadConfig } from '@numfleet/service';

/** What every command has: where things are, the configuration, where to print, and when to give up. */
export interface Surroundings {
  /** The project's root. */
  root: string;
  home: string;
  runtimeDir: string;
  config: Config;
  /** The environment that a fleet's services inherit an explicit part of. */
  env: Readonly<Record<string, string | undefined>>;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Aborted by the first SIGINT or SIGTERM, with an `aborted` error. */
  signal: AbortSignal;
}

/** Throws `config-invalid`. */
export function readSurroundings(
  env: Readonly<Record<string, string | undefined>>,
  io: Pick<Surroundings, 'stdin' | 'stdout' | 'stderr' | 'signal'>,
): Surroundings {
  const config = loadConfig(env);
  const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
  return {
    ...io,
    root,
    env,
    config,
    home: path.resolve(config.NUMFLEET_HOME ?? path.join(root, '.numfleet')),
    runtimeDir: path.resolve(config.NUMFLEET_RUNTIME_DIR ?? path.join(root, '.runtime')),
  };
}
