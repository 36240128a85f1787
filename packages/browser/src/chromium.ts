import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface Chromium {
  executablePath: string;
  /** What to put on LD_LIBRARY_PATH, where the system lacks Chromium's libraries. */
  libraryPath: string | null;
  /** The headless shell renders real pages more than twice as fast as full Chromium. */
  kind: 'headless-shell' | 'chromium';
  /** As it prints it, e.g. `153.0.8010.0`. */
  version: string;
}

/** Runs `--version`, which needs all of Chromium's libraries, and gives the number. Throws when it does not run. */
export async function chromiumVersion(executablePath: string, libraryPath: string | null): Promise<string> {
  const env = libraryPath === null ? {} : { LD_LIBRARY_PATH: libraryPath };
  const { stdout } = await promisify(execFile)(executablePath, ['--version'], {
    env,
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  const version = /\d+(\.\d+){3}/.exec(stdout)?.[0];
  if (version === undefined) throw new Error('not a Chromium: --version printed no version');
  return version;
}
