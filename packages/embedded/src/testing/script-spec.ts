import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessSpec } from '../processes/process-spec.ts';

/** A process that runs a few lines of JavaScript; it is ready once they call `ready()`, which makes a file. */
export function scriptSpec(folder: string, name: string, script: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  const readyFile = join(folder, `${name}.ready`);
  const prelude = `const ready = () => require('node:fs').writeFileSync(${JSON.stringify(readyFile)}, '');`;
  return {
    name,
    command: process.execPath,
    args: ['-e', `${prelude} ${script}`],
    env: { PATH: process.env.PATH ?? '' },
    cwd: folder,
    logFile: join(folder, 'logs', `${name}.log`),
    beforeStart: () => rm(readyFile, { force: true }),
    ready: () =>
      access(readyFile).then(
        () => true,
        () => false,
      ),
    readyTimeoutMs: 10_000,
    stop: [{ signal: 'SIGTERM', waitMs: 2_000 }],
    after: [],
    ...more,
  };
}
