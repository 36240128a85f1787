import { join } from 'node:path';
import type { Emit } from '@numfleet/contracts';
import { type Migration, prepareDatabases } from '../postgres/prepare-databases.ts';
import { type EmbeddedPostgres, startPostgres } from '../postgres/start-postgres.ts';
import type { ProcessState } from '../processes/process-spec.ts';
import { createSupervisor } from '../processes/supervisor.ts';
import { assignPorts, type WantedPorts } from './assign-ports.ts';
import { keepConsoleToken } from './keep-console-token.ts';
import { lockHome } from './lock-home.ts';
import { planServices, type ServiceApp, serviceSpec } from './service-specs.ts';

export interface FleetOptions {
  /** Holds Postgres, keys, logs and the token; made with mode 0700. */
  home: string;
  /** The project's root, which holds `apps/`. */
  root: string;
  /** For what is unpacked once, such as the browser. */
  runtimeDir: string;
  /** Which to run; a subset will do, such as the console alone to look at results. */
  services: readonly { app: ServiceApp; count?: number }[];
  /** The operator's environment; the services get an explicit part of it. */
  env: Readonly<Record<string, string | undefined>>;
  ports: WantedPorts;
  migrations: readonly Migration[];
  generateKeys: (dir: string) => Promise<void>;
  /** How long a service may take to stop before it is killed. */
  stopTimeoutMs: number;
  emit: Emit;
  /** Ends the start; a fleet that runs is ended by `stop`. */
  signal: AbortSignal;
}

export interface Fleet extends AsyncDisposable {
  consoleUrl: string;
  token: string;
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

  const lock = started.use(await lockHome(options.home));
  const home = lock.home;
  const plans = planServices(options.services);
  const ports = await assignPorts(
    plans.map((plan) => plan.name),
    options.ports,
  );
  const [keysDir, tokenFile] = [join(home, 'keys'), join(home, 'console-token')];
  await options.generateKeys(keysDir);
  const token = await keepConsoleToken(tokenFile);

  const postgres = started.use(await startPostgres({ home, emit, signal }));
  const databases = await prepareDatabases({ postgres, migrations: options.migrations, signal });

  const supervisor = started.use(createSupervisor({ emit }));
  const [consolePort, adminPorts] = [ports.console, ports.admin];
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
      runtimeDir,
      stopTimeoutMs,
    };
    supervisor.add(serviceSpec(plan, plans, around));
  }
  await supervisor.start(signal);
  const consoleUrl = `http://127.0.0.1:${consolePort}`;
  await lock.publish(consoleUrl);

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

function postgresNotice({ port, portMovedFrom }: EmbeddedPostgres): string[] {
  return portMovedFrom === null ? [] : [`Port ${portMovedFrom} is taken; Postgres is on port ${port}.`];
}
