import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * The environment for npm and pnpm: ours, with the Node and pnpm of `.runtime` first on PATH, for the few install
 * scripts that are allowed. A user without a home that can be written to (`docker run --user 1234`) gets the caches there too.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} runtime
 * @returns {NodeJS.ProcessEnv}
 */
export function createChildEnvironment(env, runtime) {
  const path = [join(runtime, 'bin'), env.PATH].filter(Boolean).join(delimiter);
  if (homeIsWritable()) return { ...env, PATH: path };
  const cache = join(runtime, 'cache');
  return {
    npm_config_cache: join(cache, 'npm'),
    XDG_CACHE_HOME: cache,
    XDG_DATA_HOME: join(cache, 'data'),
    XDG_STATE_HOME: join(cache, 'state'),
    ...env,
    PATH: path,
  };
}

function homeIsWritable() {
  try {
    accessSync(homedir(), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
