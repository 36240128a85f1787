import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A line of a service's log; `event` names the fleet event that it tells of. */
export type LogLine = { event?: string; level?: string; code?: string } & Record<string, unknown>;

/** The logs of a fleet's services so far, by service name. A line that is no JSON stands as `{ event: 'unreadable' }`. */
export async function serviceLogs(home: string): Promise<Map<string, LogLine[]>> {
  const folder = join(home, 'logs');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log') && name !== 'postgres.log');
  const logs = await Promise.all(
    names.map(async (name): Promise<[string, LogLine[]]> => {
      const lines = (await readFile(join(folder, name), 'utf8')).split('\n').filter((line) => line !== '');
      return [name.slice(0, -'.log'.length), lines.map(parseLine)];
    }),
  );
  return new Map(logs);
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { event: 'unreadable', text };
  }
}
