import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { formatKeyFile, type KeyFile, type KeyName, keyBytes, keyFilePath, keyNames } from './key-file.ts';
import { presentKeys } from './load-inside-keys.ts';
import { suite } from './sealed-form.ts';

/**
 * Makes the fleet's keys in `dir` (0700, files 0600) where there are none, and leaves a whole set as it is. The set
 * appears all at once, by renaming a folder, so two that start together end with the same keys.
 *
 * Throws `key-missing` where only some are there: new ones beside old ones would leave stored numbers unreadable for
 * ever, without a word. Throws `folder-readonly` where it may not write.
 */
export async function generateKeys(dir: string): Promise<void> {
  if ((await presentKeys(dir)).length === keyNames.length) return;
  const target = path.resolve(dir);
  const fresh = `${target}.new-${randomBytes(8).toString('hex')}`;
  try {
    await writeSet(fresh);
    await rename(fresh, target);
    await syncFolder(path.dirname(target));
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => {});
    await requireWholeSet(target, error);
  }
}

async function writeSet(dir: string): Promise<void> {
  await mkdir(path.dirname(dir), { recursive: true });
  await mkdir(dir, { mode: 0o700 });
  for (const [name, key] of Object.entries(await newKeys()) as [KeyName, KeyFile][]) {
    await using file = await open(keyFilePath(dir, name), 'wx', 0o600);
    await file.writeFile(formatKeyFile(name, key));
    await file.sync();
  }
  await syncFolder(dir);
}

async function newKeys(): Promise<Record<KeyName, KeyFile>> {
  const pair = await suite.GenerateKeyPair(true);
  const id = newId();
  return {
    'sealing-public': { id, key: Buffer.from(await suite.SerializePublicKey(pair.publicKey)) },
    'sealing-private': { id, key: Buffer.from(await suite.SerializePrivateKey(pair.privateKey)) },
    'number-index': newSecret(),
    'number-storage': newSecret(),
    url: newSecret(),
    page: newSecret(),
  };
}

function newSecret(): KeyFile {
  return { id: newId(), key: randomBytes(keyBytes) };
}

function newId(): string {
  return randomBytes(8).toString('hex');
}

async function syncFolder(dir: string): Promise<void> {
  await using folder = await open(dir, 'r');
  await folder.sync();
}

/** Something that is not empty is not renamed over (POSIX): another process was first, or keys are missing. */
async function requireWholeSet(dir: string, error: unknown): Promise<void> {
  const present = await presentKeys(dir);
  if (present.length === keyNames.length) return;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  if (code !== 'ENOTEMPTY') throw new NumfleetError('folder-readonly', `Keys cannot be written to ${dir} (${code}).`);
  const missing = keyNames.filter((name) => !present.includes(name)).join(', ');
  const remedy = 'Restore them from their backup; new ones would leave what is stored unreadable.';
  throw new NumfleetError('key-missing', `${dir} is not empty, yet these keys are not in it: ${missing}. ${remedy}`);
}
