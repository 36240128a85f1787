import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { NumfleetError } from '@numfleet/contracts';
import { z } from 'zod';
import { type Role, roles } from './roles.ts';

export type Passwords = Readonly<Record<Role, string>>;

const stored = z.partialRecord(z.enum(roles), z.string().min(1));

/**
 * The passwords of the cluster's roles, kept in `file` with mode 0600; those not yet there are made. With
 * `mayCreate: false`, for a cluster that exists, a missing file is an error, since the superuser's password is lost then.
 */
export async function loadPasswords(file: string, { mayCreate }: { mayCreate: boolean }): Promise<Passwords> {
  const known = await readStored(file);
  if (known === null && !mayCreate) throw lost(file);
  const passwords = Object.fromEntries(roles.map((role) => [role, known?.[role] ?? newPassword()])) as Passwords;
  if (roles.every((role) => known?.[role] !== undefined)) return passwords;
  await writeFile(`${file}.new`, JSON.stringify(passwords), { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return passwords;
}

async function readStored(file: string) {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw lost(file, error);
  });
  if (text === null) return null;
  try {
    return stored.parse(JSON.parse(text));
  } catch {
    // Not as the cause: a parser's message quotes what it read.
    throw lost(file);
  }
}

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

function lost(file: string, cause?: unknown): NumfleetError {
  const message = `The passwords of the embedded Postgres cannot be read from ${file}. Restore that file from a backup.`;
  return new NumfleetError('postgres-failed', message, { cause });
}
