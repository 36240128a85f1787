import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { prepareGivenDatabase, type ServiceRole, serviceRoles } from '@numfleet/embedded';
import { keyIds } from '@numfleet/privacy/inside';
import { migrateQueue } from '@numfleet/queue';
import { type Config, required } from '@numfleet/service';
import { bindKeys, migrate } from '@numfleet/store';
import { exitCodes } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';

export interface MigrateOptions {
  passwords?: string;
}

/**
 * `migrate`: makes ready what the services of a fleet connect to. Roles and schema of the truth by DATABASE_URL and, where
 * the queues do not live in Redis, those of the queues by NUMFLEET_QUEUE_URL, both as the owner of the database. With
 * NUMFLEET_KEYS_DIR the database is tied to its keys. Run before each new version; it changes nothing the second time.
 */
export async function migrateDatabases(options: MigrateOptions, around: Surroundings): Promise<number> {
  const { config, signal, stdout } = around;
  const truth = required(config, 'DATABASE_URL');
  const queue = config.REDIS_URL === undefined ? required(config, 'NUMFLEET_QUEUE_URL') : null;
  const passwords = options.passwords === undefined ? {} : await readPasswords(options.passwords);

  const missing = await prepareGivenDatabase({ connectionString: truth, holds: 'truth', passwords });
  const applied = await migrate({ connectionString: truth, signal });
  stdout.write(applied.length === 0 ? 'The schema is up to date.\n' : `Applied ${applied.join(', ')}.\n`);
  if (queue !== null) {
    signal.throwIfAborted();
    await prepareGivenDatabase({ connectionString: queue, holds: 'queue', passwords });
    await migrateQueue({ connectionString: queue });
    stdout.write('The queues are up to date.\n');
  }
  await tieToKeys(truth, config);
  // With Redis the crawler needs no role at all.
  const wanted = missing.filter((role) => queue !== null || role !== 'numfleet_crawler');
  if (wanted.length > 0) stdout.write(`No such role yet: ${wanted.join(', ')}. Make them, or see --passwords.\n`);
  return exitCodes.done;
}

async function readPasswords(folder: string): Promise<Partial<Record<ServiceRole, string>>> {
  const entries = serviceRoles.map(async (role) => [role, await readPassword(path.join(folder, role))] as const);
  const given = (await Promise.all(entries)).filter(([, password]) => password !== null);
  if (given.length > 0) return Object.fromEntries(given);
  throw new NumfleetError('file-unreadable', `${folder} holds no file that is named by a role, such as numfleet_sink.`);
}

async function readPassword(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new NumfleetError('file-unreadable', `${file} cannot be read (${error.code ?? 'unknown'}).`);
  });
  if (text === null) return null;
  const password = text.trim();
  if (password.length >= 16) return password;
  throw new NumfleetError('config-invalid', `${file}: expected a password of 16 characters or more.`);
}

/** A database that was written under other keys is found out before anything is written under the wrong ones. */
async function tieToKeys(connectionString: string, config: Config): Promise<void> {
  if (config.NUMFLEET_KEYS_DIR === undefined) return;
  const ids = await keyIds(config.NUMFLEET_KEYS_DIR, config.NUMFLEET_MASTER_KEY);
  await bindKeys({ connectionString, ids, now: new Date() });
}
