import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freezePart, processesOf, signalPart } from './signals.ts';

let home: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'gameday-signals-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

/** Looks like a service of a fleet, whichever home it belongs to. */
async function startService(name: string, folder: string): Promise<number> {
  const app = join(folder, 'apps', name.replace(/-\d+$/, ''), 'src');
  await mkdir(app, { recursive: true });
  await writeFile(join(app, 'main.ts'), 'setInterval(() => {}, 1_000); console.log("up");');
  const child = spawn(process.execPath, [join(app, 'main.ts')], {
    env: { NUMFLEET_HOME: folder, NUMFLEET_SERVICE_NAME: name },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  if (child.stdout) await once(child.stdout, 'data');
  return child.pid ?? 0;
}

/** proc(5): the letter after the name in parentheses. */
const stateOf = async (pid: number) => (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '')[0];

test('a frozen part stands still until it is let go, and no other is touched', async () => {
  const [one, two] = [await startService('crawler-1', home), await startService('crawler-2', home)];
  {
    await using _frozen = await freezePart({ home }, { service: 'crawler-1' });
    await expect.poll(() => stateOf(one)).toBe('T');
    expect(await stateOf(two)).not.toBe('T');
  }
  await expect.poll(() => stateOf(one)).not.toBe('T');
});

test('of another fleet nothing is found, and nothing is signalled', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'gameday-elsewhere-'));
  try {
    const foreign = await startService('sink', elsewhere);
    expect(await processesOf({ home }, { service: 'sink' })).toEqual([]);
    await expect(signalPart({ home }, { service: 'sink' }, 'SIGKILL')).rejects.toThrow('nothing is running of sink');
    expect(await stateOf(foreign)).not.toBe('T');
    expect((await processesOf({ home: elsewhere }, { service: 'sink' })).map(({ pid }) => pid)).toEqual([foreign]);
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
});
