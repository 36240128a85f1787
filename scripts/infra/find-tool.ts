import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Programs that are no library of ours; `pnpm infra:check` builds those that a machine with Go lacks. */
export type Tool = 'helm' | 'compose-spec' | 'hadolint';

/** Where check.sh puts what it builds: once a machine, not once a checkout. */
const toolFolder = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'numfleet-tools');

/** The program's path, or its name where PATH has it; null where it is not here. */
export async function findTool(tool: Tool): Promise<string | null> {
  for (const candidate of [path.join(toolFolder, tool), tool]) {
    try {
      await run(candidate, [tool === 'helm' ? 'version' : '--help']);
      return candidate;
    } catch (error) {
      // Some end with 2 after telling how they are used; only what is not there cannot be started.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return candidate;
    }
  }
  return null;
}

/** What it printed. Rejects with what it said on stderr when it failed. */
export async function run(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { maxBuffer: 16_777_216 });
  return stdout;
}
