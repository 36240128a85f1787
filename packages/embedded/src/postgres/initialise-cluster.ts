import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { execa } from 'execa';
import type { PostgresBinaries } from './find-binaries.ts';
import { loadPasswords, type Passwords } from './passwords.ts';
import { superuser } from './roles.ts';

const majorVersion = '18';

/**
 * Makes the data folder `FOLDER/data` of a new cluster, unless it is there; gives the passwords of its roles. It is
 * filled under another name and then renamed, so that a half-made one is never taken for a cluster.
 */
export async function initialiseCluster(options: {
  folder: string;
  binaries: PostgresBinaries;
  prefix: readonly string[];
  env: Readonly<Record<string, string>>;
  durable: boolean;
  signal: AbortSignal;
}): Promise<Passwords> {
  const { folder, durable } = options;
  const data = join(folder, 'data');
  const passwordsFile = join(folder, 'passwords.json');
  if (await isCluster(data)) return await loadPasswords(passwordsFile, { mayCreate: false });

  const passwords = await loadPasswords(passwordsFile, { mayCreate: true });
  const unfinished = join(folder, 'data.new');
  const passwordFile = join(folder, 'superuser.new');
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(passwordFile, passwords[superuser], { mode: 0o600 });
  try {
    await initdb(options, [
      ...['-D', unfinished, '-U', superuser, '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
      ...['--encoding=UTF8', '--locale=C', ...(durable ? [] : ['--no-sync'])],
    ]);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, data);
  return passwords;
}

async function isCluster(data: string): Promise<boolean> {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null) return false;
  if (version.trim() !== majorVersion) {
    const message = `${data} was made by Postgres ${version.trim()}, and this is ${majorVersion}. Move it away, or dump and restore it.`;
    throw new NumfleetError('postgres-failed', message);
  }
  const { uid } = await stat(data);
  if (uid !== process.getuid?.()) {
    const message = `${data} belongs to another user (uid ${uid}). Run Numfleet as that user, or choose another home folder.`;
    throw new NumfleetError('postgres-failed', message);
  }
  return true;
}

async function initdb(
  { binaries, prefix, env, folder, signal }: Parameters<typeof initialiseCluster>[0],
  args: readonly string[],
): Promise<void> {
  const [command = binaries.initdb, ...words] = [...prefix, binaries.initdb, ...args];
  try {
    await execa(command, words, { cwd: folder, env, extendEnv: false, cancelSignal: signal, timeout: 120_000 });
  } catch (cause) {
    signal.throwIfAborted();
    const reason = lastLineOf((cause as { stderr?: unknown }).stderr);
    throw new NumfleetError('postgres-failed', `Postgres could not make its data folder in ${folder}. ${reason}`, {
      cause,
    });
  }
}

function lastLineOf(output: unknown): string {
  return (
    String(output ?? '')
      .trim()
      .split('\n')
      .at(-1) ?? ''
  );
}
