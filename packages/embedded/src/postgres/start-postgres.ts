import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emit } from '@numfleet/contracts';
import { inheritedEnvironment } from '@numfleet/service';
import { choosePort } from '../processes/choose-port.ts';
import type { ProcessSpec, ProcessState } from '../processes/process-spec.ts';
import { superviseProcess } from '../processes/supervise-process.ts';
import { endOrphan } from './end-orphan.ts';
import { findBinaries } from './find-binaries.ts';
import { initialiseCluster } from './initialise-cluster.ts';
import type { Passwords } from './passwords.ts';
import { settingsAsArguments } from './postgres-settings.ts';
import { type Role, superuser } from './roles.ts';
import { unprivileged } from './unprivileged.ts';
import { withClient } from './with-client.ts';

export interface EmbeddedPostgres extends AsyncDisposable {
  port: number;
  /** The port of the last time, where that was taken. */
  portMovedFrom: number | null;
  /** The superuser's. */
  adminUrl: string;
  url(target: { role: Role; database: string }): string;
  passwords: Passwords;
  /** Of the postmaster; null while it is being started again. */
  readonly pid: number | null;
  state(): ProcessState;
  /** Rejects when Postgres cannot be kept running; pending otherwise. */
  failed: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Runs Postgres 18 on loopback under `HOME/postgres`, made on first use, and keeps it running: it is started again when
 * it dies, and ends within 5 s when we do, however we end. `HOME/logs/postgres.log` says what happened. The caller holds
 * the home folder for itself. Throws `postgres-failed` or `fleet-unhealthy`.
 */
export async function startPostgres(options: {
  home: string;
  emit: Emit;
  signal: AbortSignal;
  /** False gives durability away for speed: for tests. */
  durable?: boolean;
  /** A folder to remove when Postgres has ended, however it ended: for tests. */
  cleanup?: string;
}): Promise<EmbeddedPostgres> {
  const { emit, signal, durable = true, cleanup } = options;
  await mkdir(join(options.home, 'postgres'), { recursive: true, mode: 0o700 });
  const home = await realpath(options.home);
  const folder = join(home, 'postgres');
  const env = { ...inheritedEnvironment(['PATH', 'TMPDIR']), LC_ALL: 'C' };
  const [binaries, prefix] = await Promise.all([findBinaries(), unprivileged(env)]);
  const passwords = await initialiseCluster({ folder, binaries, prefix, env, durable, signal });
  await endOrphan(join(folder, 'data'), signal);
  const { port, portMovedFrom } = await keepPort(join(folder, 'port'));
  const url = ({ role, database }: { role: Role; database: string }) =>
    `postgres://${role}:${passwords[role]}@127.0.0.1:${port}/${database}`;
  const adminUrl = url({ role: superuser, database: 'postgres' });

  const command = [...prefix, binaries.postgres, '-D', join(folder, 'data'), '-p', String(port)];
  const supervised = superviseProcess(
    {
      ...postgresSpec({ home, command: [...command, ...settingsAsArguments({ durable })], env, adminUrl }),
      ...(cleanup === undefined ? {} : { cleanup }),
    },
    emit,
  );
  try {
    await supervised.start(signal);
  } catch (error) {
    await supervised.stop();
    throw error;
  }
  return {
    port,
    portMovedFrom,
    adminUrl,
    url,
    passwords,
    get pid() {
      return supervised.state().pid;
    },
    state: supervised.state,
    failed: supervised.failed,
    stop: supervised.stop,
    [Symbol.asyncDispose]: supervised.stop,
  };
}

/** The port of the last time is kept, so that what was written down of it stays true. */
async function keepPort(file: string): Promise<{ port: number; portMovedFrom: number | null }> {
  const last = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  const preferred = last > 0 && last < 65_536 ? last : null;
  const port = await choosePort(preferred);
  if (port !== preferred) await writeFile(file, String(port), { mode: 0o600 });
  return { port, portMovedFrom: port === preferred ? null : preferred };
}

function postgresSpec(options: {
  home: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  adminUrl: string;
}): ProcessSpec {
  const { home, env, adminUrl } = options;
  const [command = '', ...args] = options.command;
  return {
    name: 'postgres',
    command,
    args,
    env,
    cwd: home,
    logFile: join(home, 'logs', 'postgres.log'),
    beforeStart: (signal) => endOrphan(join(home, 'postgres', 'data'), signal),
    ready: () => answers(adminUrl),
    // Recovery replays at most max_wal_size.
    readyTimeoutMs: 120_000,
    // Fast, then immediate shutdown: https://www.postgresql.org/docs/18/server-shutdown.html
    stop: [
      { signal: 'SIGINT', waitMs: 20_000 },
      { signal: 'SIGQUIT', waitMs: 5_000 },
    ],
    after: [],
  };
}

async function answers(connectionString: string): Promise<boolean> {
  await withClient(connectionString, (client) => client.query('SELECT 1'));
  return true;
}
