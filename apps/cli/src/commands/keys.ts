import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import {
  generateKeys,
  type KeySet,
  keyIds,
  keyNames,
  packKeys,
  restoreKeys,
  unpackKeys,
} from '@numfleet/privacy/inside';
import { exitCodes } from '../exit-codes.ts';
import { boundKeyIds } from '../keys/bound-key-ids.ts';
import { readPassphrase } from '../keys/read-passphrase.ts';
import type { Surroundings } from '../surroundings.ts';
import { tableOf } from '../table.ts';
import { writeNew } from '../write-new.ts';

/** `keys generate`: makes the key files where there are none yet; the first start does so too. Never overwrites one. */
export async function makeKeys(around: Surroundings): Promise<number> {
  const dir = folderOf(around);
  await generateKeys(dir, around.config.NUMFLEET_MASTER_KEY === undefined ? [] : ['number-storage']);
  const advice = 'Back them up with `numfleet keys backup FILE`: without them nothing that is stored opens.';
  around.stdout.write(`${keyNames.length} keys are in ${dir}. ${advice}\n`);
  return exitCodes.done;
}

/** `keys backup FILE`: all keys in one file, which `age` opens too, under a passphrase. The fleet may go on. */
export async function backUpKeys(file: string, around: Surroundings): Promise<number> {
  const dir = folderOf(around);
  const { NUMFLEET_MASTER_KEY: masterKey } = around.config;
  const ids = await keyIds(dir, masterKey);
  const passphrase = await readPassphrase(around, { isNew: true });
  await writeNew(file, await packKeys(dir, passphrase, masterKey));
  await requireSame(await unpackKeys(await readFile(file, 'utf8'), passphrase), ids);
  around.stdout.write(
    `${idTable(ids)}\nThese keys are in ${file}. Keep it and its passphrase apart, and off this machine.\n`,
  );
  return exitCodes.done;
}

/** `keys restore FILE`: puts back the keys that are missing, after a look at what the database was written under. */
export async function restoreFrom(file: string, around: Surroundings): Promise<number> {
  const dir = folderOf(around);
  const text = await readBounded(file);
  const keys = await unpackKeys(text, await readPassphrase(around, { isNew: false }));
  const bound = await boundKeyIds(around);
  requireBound(bound, keys);
  const wasMissing = await restoreKeys(dir, keys);
  await requireSame(keys, await keyIds(dir));
  const compared =
    bound === null ? 'No database could be asked whether they are its keys.' : 'They are the keys of the database.';
  const done = wasMissing ? `The keys are back in ${dir}.` : `These keys are in ${dir} already.`;
  around.stdout.write(`${idTable(await keyIds(dir))}\n${done} ${compared}\n`);
  return exitCodes.done;
}

function folderOf({ config, home }: Surroundings): string {
  return config.NUMFLEET_KEYS_DIR ?? path.join(home, 'keys');
}

const maxBackupBytes = 65_536;

async function readBounded(file: string): Promise<string> {
  try {
    await using handle = await open(file, 'r');
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(maxBackupBytes), 0, maxBackupBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new NumfleetError('file-unreadable', `${file} cannot be read (${code}).`);
  }
}

function requireBound(bound: Record<string, string> | null, keys: KeySet): void {
  const others = keyNames.filter((name) => isOther(bound?.[name], keys[name]?.id));
  if (others.length === 0) return;
  const message = `The database was written under other keys (${others.join(', ')}) than this backup holds. Nothing was written.`;
  throw new NumfleetError('key-wrong', message);
}

/** What a backup of an older Numfleet does not hold is not another key; the start will tell that it is missing. */
function isOther(bound: string | undefined, given: string | undefined): boolean {
  return bound !== undefined && given !== undefined && bound !== given;
}

async function requireSame(keys: KeySet, ids: Partial<Record<string, string>>): Promise<void> {
  if (keyNames.every((name) => keys[name] === undefined || keys[name].id === ids[name])) return;
  throw new NumfleetError('file-unwritable', 'What was written reads otherwise than it should. Is the disk sound?');
}

function idTable(ids: Partial<Record<string, string>>): string {
  return tableOf(
    ['key', 'id'],
    keyNames.map((name) => [name, ids[name] ?? '']),
  );
}
