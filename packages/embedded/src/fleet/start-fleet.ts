import { join } from 'node:path';
import type { Emit } from '@numfleet/contracts';
import { type AdminServer, startAdminServer } from '@numfleet/service';
import { type Migration, prepareDatabases } from '../postgres/prepare-databases.ts';
import { type EmbeddedPostgres, startPostgres } from '../postgres/start-postgres.ts';
import type { ProcessState } from '../processes/process-spec.ts';
import { createSupervisor, type Supervisor } from '../processes/supervisor.ts';
import { assignPorts, type WantedPorts } from './assign-ports.ts';
import { keepConsoleToken } from './keep-console-token.ts';
import { lockHome } from './lock-home.ts';
import { planServices, type RedisUsers, type ServiceApp, serviceSpec } from './service-specs.ts';

type Metrics = Parameters<typeof startAdminServer>[0]['metrics'];

export interface FleetOptions {
  /** Holds Postgres, keys, logs and the token; made with mode 0700. The keys are there once the migrations have run. */
  home: string;
  /** The project's root, which holds `apps/`. */
  root: string;
  /** For what is unpacked once, such as the browser. */
  runtimeDir: string;
  /** Which to run; a subset will do, such as the console alone to look at results. */
  services: readonly { app: ServiceApp; count?: number }[];
  /** The operator's environment; the services get an explicit part of it. */
  env: Readonly<Record<string, string | undefined>>;
  /** Where the queues live in Redis, a user of its own for each app; null where they do not, or share the operator's. */
  redisUsers: RedisUsers | null;
  ports: WantedPorts;
  migrations: readonly Migration[];
  /** How long a service may take to stop before it is killed. */
  stopTimeoutMs: number;
  emit: Emit;
  /** What the supervisor's own `/metrics` answers: no service can tell of its own restarts. */
  metrics: Metrics;
  /** Ends the start; a fleet that runs is ended by `stop`. */
  signal: AbortSignal;
}

export interface Fleet extends AsyncDisposable {
  consoleUrl: string;
  token: string;
  /** By service, and that of the `supervisor`. */
  adminPorts: Readonly<Record<string, number>>;
  postgres: EmbeddedPostgres;
  /** What the operator should be told, such as ports that were taken. */
  notices: readonly string[];
  processes(): ProcessState[];
  /** Stops all in order, Postgres last. */
  stop(): Promise<void>;
  /** Rejects with `fleet-unhealthy` when a part is lost for good; pending otherwise. The fleet must then be stopped. */
  failed: Promise<never>;
}

/**
 * Runs a whole fleet on one machine. What was started when a step fails is stopped again. Throws `fleet-running`,
 * `folder-readonly`, `port-in-use`, `postgres-failed`, `fleet-unhealthy`, or the signal's reason.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { root, runtimeDir, env, stopTimeoutMs, emit, signal } = options;
  await using started = new AsyncDisposableStack();

  started.use(options.redisUsers);
  const lock = started.use(await lockHome(options.home));
  const home = lock.home;
  const plans = planServices(options.services);
  const ports = await assignPorts([...plans.map((plan) => plan.name), 'supervisor'], options.ports);
  const [keysDir, tokenFile] = [join(home, 'keys'), join(home, 'console-token')];
  const token = await keepConsoleToken(tokenFile);

  const postgres = started.use(await startPostgres({ home, emit, signal }));
  const databases = await prepareDatabases({ postgres, migrations: options.migrations, signal });

  const supervisor = started.use(createSupervisor({ emit }));
  const [consolePort, adminPorts] = [ports.console, ports.admin];
  const admin = started.use(await serveSupervisor(supervisor, adminPorts.supervisor ?? 0, options.metrics));
  for (const plan of plans) {
    const around = {
      home,
      root,
      env,
      databases,
      consolePort,
      adminPorts,
      tokenFile,
      keysDir,
      redisUsers: options.redisUsers,
      runtimeDir,
      stopTimeoutMs,
    };
    supervisor.add(serviceSpec(plan, plans, around));
  }
  await supervisor.start(signal);
  const consoleUrl = `http://127.0.0.1:${consolePort}`;
  await lock.publish({ consoleUrl, adminPort: admin.port });

  const running = started.move();
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= running.disposeAsync();
    return stopped;
  };
  const failed = Promise.race([supervisor.failed, postgres.failed]);
  failed.catch(() => {});
  return {
    consoleUrl,
    token,
    adminPorts,
    postgres,
    notices: [...ports.notices, ...postgresNotice(postgres)],
    processes: () => [postgres.state(), ...supervisor.processes()],
    stop,
    failed,
    [Symbol.asyncDispose]: stop,
  };
}

async function serveSupervisor(supervisor: Supervisor, port: number, metrics: Metrics): Promise<AdminServer> {
  const ready = async () => {
    const absent = supervisor.processes().find(({ phase }) => phase !== 'ready');
    return absent === undefined ? { ok: true } : { ok: false, reason: `${absent.name} is ${absent.phase}` };
  };
  return await startAdminServer({ host: '127.0.0.1', port, ready, metrics });
}

function postgresNotice({ port, portMovedFrom }: EmbeddedPostgres): string[] {
  return portMovedFrom === null ? [] : [`Port ${portMovedFrom} is taken; Postgres is on port ${port}.`];
}
