import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Emit, NumfleetError } from '@numfleet/contracts';
import { killGroup } from './process-group.ts';
import { currentWorld, identifyProcess, isAlive, type ProcessIdentity } from './process-identity.ts';

/** All that one browser writes, and the record by which it is found and removed should its owner die (I10). */
export interface RunFolder extends AsyncDisposable {
  readonly path: string;
  /** The FIFO that this process holds open for as long as it owns the browser. */
  readonly lifeline: string;
  recordGroup(leaderPid: number): Promise<void>;
}

interface OwnerRecord {
  owner: ProcessIdentity;
  group: ProcessIdentity | null;
}

/** Throws `folder-readonly` when nothing can be written under `runDir`. */
export async function createRunFolder(runDir: string): Promise<RunFolder> {
  const path = await makeFolder(runDir);
  const lifeline = join(path, lifelineName);
  await promisify(execFile)('mkfifo', ['-m', '600', lifeline]);
  // For reading too: opening for writing alone would wait for a reader. Node opens close-on-exec, so no child inherits it.
  const held = await open(lifeline, 'r+');
  const owner = await identifyProcess(process.pid);
  if (owner === null) throw new NumfleetError('internal-error', 'This process cannot be identified.');
  await writeRecord(path, { owner, group: null });
  return {
    path,
    lifeline,
    recordGroup: async (leaderPid) => await writeRecord(path, { owner, group: await identifyProcess(leaderPid) }),
    async [Symbol.asyncDispose]() {
      await held.close();
      await removeFolder(path);
    },
  };
}

/** Ends the browsers, and removes the folders, of owners that are no more: what a guard that was killed too left behind. */
export async function reapLeftovers(runDir: string, emit: Emit): Promise<void> {
  const names = await readdir(runDir).catch(() => []);
  for (const name of names.filter((name) => name.startsWith(folderPrefix))) {
    const path = join(runDir, name);
    const record = await readRecord(path);
    if (record === null ? await isFresh(path) : await hasOwner(path, record)) continue;
    const group = record?.group;
    if (group && group.world === (await currentWorld()) && (await isAlive(group))) await killGroup(group.pid, 5_000);
    await removeFolder(path);
    if (group) emit({ type: 'browser.ended', pid: group.pid, reason: 'owner-gone' });
  }
}

/** The same for all workers of this machine, whose run folders lie beside one another. */
export async function reapNeighbours(runRoot: string, emit: Emit): Promise<void> {
  const workers = await readdir(runRoot).catch(() => []);
  for (const worker of workers) await reapLeftovers(join(runRoot, worker), emit);
}

async function makeFolder(runDir: string): Promise<string> {
  try {
    await mkdir(runDir, { recursive: true, mode: 0o700 });
    return await mkdtemp(join(runDir, folderPrefix));
  } catch (cause) {
    throw new NumfleetError('folder-readonly', `Browsers need a folder to run in: ${runDir} cannot be written.`, {
      cause,
    });
  }
}

async function writeRecord(folder: string, record: OwnerRecord): Promise<void> {
  await writeFile(join(folder, 'record.tmp'), JSON.stringify(record));
  await rename(join(folder, 'record.tmp'), join(folder, recordName));
}

async function readRecord(folder: string): Promise<OwnerRecord | null> {
  try {
    return JSON.parse(await readFile(join(folder, recordName), 'utf8')) as OwnerRecord;
  } catch {
    return null;
  }
}

/** Without a record it is about to be written, or its owner died in that moment. */
async function isFresh(folder: string): Promise<boolean> {
  const made = await stat(folder).catch(() => null);
  return made === null || Date.now() - made.mtimeMs < 60_000;
}

/** From another boot or container the pid says nothing; there the lifeline tells, which has a reader while the owner lives. */
async function hasOwner(folder: string, record: OwnerRecord): Promise<boolean> {
  if (record.owner.world === (await currentWorld())) return await isAlive(record.owner);
  try {
    await using _reader = await open(join(folder, lifelineName), constants.O_WRONLY | constants.O_NONBLOCK);
    return true;
  } catch {
    return false;
  }
}

/** Fails in silence: the guard's watcher removes it too, and the next pool does. */
async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(() => {});
}

const folderPrefix = 'browser-';
const recordName = 'record.json';
const lifelineName = 'lifeline';
