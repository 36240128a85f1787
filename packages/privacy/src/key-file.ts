import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { z } from 'zod';

/** Each key of the fleet and what it is for. All are 32 bytes. */
const keyAlgorithms = {
  'sealing-public': 'x25519-public',
  'sealing-private': 'x25519-private',
  'number-index': 'hmac-sha256',
  'number-storage': 'aes-256-gcm',
  url: 'aes-256-gcm',
  page: 'hmac-sha256',
  audit: 'hmac-sha256',
  suppression: 'hmac-sha256',
  'sealing-previous': 'x25519-private',
} as const;

/** What a folder may hold besides: the private key before this one, until all is opened that was sealed for it. */
export const passingKeyName = 'sealing-previous';
export type AnyKeyName = keyof typeof keyAlgorithms;
export type KeyName = Exclude<AnyKeyName, typeof passingKeyName>;
export const keyNames = Object.keys(keyAlgorithms).filter((name) => name !== passingKeyName) as KeyName[];

/** Keys that older folders and backups do not have: they are made beside the others, which they do not depend on. */
const laterKeyNames = ['audit', 'suppression'] as const satisfies KeyName[];
export type LaterKeyName = (typeof laterKeyNames)[number];

export function isLater(name: KeyName): name is LaterKeyName {
  return (laterKeyNames as readonly KeyName[]).includes(name);
}
export const keyBytes = 32;

export interface KeyFile {
  /** Which key this is, 16 hexadecimal digits, not secret; the two halves of a pair share it. */
  id: string;
  key: Buffer;
}

const keyFileLine = z.strictObject({
  v: z.literal(1),
  name: z.string(),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  alg: z.string(),
  key: z.base64url(),
  check: z.base64url(),
});

export function keyFilePath(dir: string, name: AnyKeyName): string {
  return path.join(dir, `${name}.key`);
}

/** One line of JSON. `check` lets a damaged or renamed file be told from a good one before anything is encrypted. */
export function formatKeyFile(name: AnyKeyName, { id, key }: KeyFile): string {
  const check = checkValue(name, id, key).toString('base64url');
  return `${JSON.stringify({ v: 1, name, id, alg: keyAlgorithms[name], key: key.toString('base64url'), check })}\n`;
}

export async function readKeys<Name extends KeyName>(
  dir: string,
  names: readonly Name[],
): Promise<Record<Name, Buffer>> {
  const entries = names.map(async (name) => [name, (await readKeyFile(dir, name)).key] as const);
  return Object.fromEntries(await Promise.all(entries)) as Record<Name, Buffer>;
}

/** Throws `key-missing` where there is no file, `key-wrong` where it is not this key's or is damaged. */
export async function readKeyFile(dir: string, name: AnyKeyName): Promise<KeyFile> {
  return await readKeyFileAt(keyFilePath(dir, name), name);
}

/** Null where there is no such file. */
export async function findKeyFileAt(file: string, name: AnyKeyName): Promise<KeyFile | null> {
  try {
    return await readKeyFileAt(file, name);
  } catch (error) {
    if (error instanceof NumfleetError && error.code === 'key-missing') return null;
    throw error;
  }
}

export async function readKeyFileAt(file: string, name: AnyKeyName): Promise<KeyFile> {
  const text = await readText(file, name);
  try {
    return parseKeyFile(text, name);
  } catch {
    // Without the cause: the message of JSON.parse quotes its input.
    throw new NumfleetError('key-wrong', `${file} is damaged or holds another key. Restore it from its backup.`);
  }
}

/** Throws on anything that `formatKeyFile` does not make of this key. */
export function parseKeyFile(text: string, name: AnyKeyName): KeyFile {
  const { id, ...line } = keyFileLine.parse(JSON.parse(text));
  // Memory of its own: a Buffer of the shared pool, sent to a thread, takes the whole pool along.
  const key = Buffer.alloc(keyBytes);
  const isWhole = Buffer.from(line.key, 'base64url').copy(key) === keyBytes && line.key.length === 43;
  const check = Buffer.from(line.check, 'base64url');
  const expected = checkValue(name, id, key);
  if (!isWhole || line.name !== name || line.alg !== keyAlgorithms[name]) throw new TypeError('not this key');
  if (check.length !== expected.length || !timingSafeEqual(check, expected)) throw new TypeError('damaged');
  return { id, key };
}

function checkValue(name: AnyKeyName, id: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`numfleet key check v1 ${name} ${id}`).digest().subarray(0, 16);
}

async function readText(file: string, name: AnyKeyName): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const remedy =
      'Restore it from its backup, or, where nothing is stored yet, make keys with `numfleet keys generate`.';
    throw new NumfleetError('key-missing', `The key "${name}" cannot be read from ${file} (${code}). ${remedy}`);
  }
}
