import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import type { KeySet } from './key-backup.ts';
import {
  type AnyKeyName,
  formatKeyFile,
  type KeyFile,
  type KeyName,
  keyFilePath,
  keyNames,
  passingKeyName,
} from './key-file.ts';
import { presentKeys } from './load-inside-keys.ts';

/**
 * Makes `dir` (0700, files 0600) hold this set. It appears all at once, by renaming a folder over none or an empty one;
 * where another process was first, its set stays. Throws `key-missing` where some of a set are there, and
 * `folder-readonly` where it may not write.
 */
export async function installKeySet(dir: string, keys: Partial<KeySet>): Promise<void> {
  const target = path.resolve(dir);
  const fresh = `${target}.new-${randomBytes(8).toString('hex')}`;
  try {
    await mkdir(path.dirname(fresh), { recursive: true });
    await mkdir(fresh, { mode: 0o700 });
    for (const name of [...keyNames, passingKeyName] as const) {
      const key = keys[name];
      if (key !== undefined) await writeKeyFile(fresh, name, key);
    }
    await rename(fresh, target);
    await syncFolder(path.dirname(target));
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => {});
    await requireWholeSet(target, keys, error);
  }
}

/** Writes one key file, which must not be there. */
export async function writeKeyFile(dir: string, name: AnyKeyName, key: KeyFile): Promise<void> {
  await using file = await open(keyFilePath(dir, name), 'wx', 0o600);
  await file.writeFile(formatKeyFile(name, key));
  await file.sync();
  await syncFolder(dir);
}

/** Adds one key to a set that lacks it, whole at once; where another process was first, its key stays. */
export async function addKeyFile(dir: string, name: KeyName, key: KeyFile): Promise<void> {
  await addFile(dir, keyFilePath(dir, name), name, key);
}

export async function addFile(dir: string, target: string, name: AnyKeyName, key: KeyFile): Promise<void> {
  const fresh = `${target}.new-${randomBytes(8).toString('hex')}`;
  try {
    await using file = await open(fresh, 'wx', 0o600);
    await file.writeFile(formatKeyFile(name, key));
    await file.sync();
    await link(fresh, target);
    await syncFolder(dir);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code !== 'EEXIST') {
      throw new NumfleetError('folder-readonly', `The key "${name}" cannot be written to ${dir} (${code}).`);
    }
  } finally {
    await rm(fresh, { force: true }).catch(() => {});
  }
}

export async function syncFolder(dir: string): Promise<void> {
  await using folder = await open(dir, 'r');
  await folder.sync();
}

/** Something that is not empty is not renamed over (POSIX): another process was first, or keys are missing. */
async function requireWholeSet(dir: string, keys: Partial<KeySet>, error: unknown): Promise<void> {
  const present = await presentKeys(dir);
  const missing = keyNames.filter((name) => keys[name] !== undefined && !present.includes(name));
  if (missing.length === 0) return;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  if (code !== 'ENOTEMPTY') throw new NumfleetError('folder-readonly', `Keys cannot be written to ${dir} (${code}).`);
  const remedy = 'Restore them with `numfleet keys restore`; new ones would leave what is stored unreadable.';
  throw new NumfleetError(
    'key-missing',
    `${dir} is not empty, yet these keys are not in it: ${missing.join(', ')}. ${remedy}`,
  );
}
