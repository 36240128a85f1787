import { join } from 'node:path';
import type { FleetDatabases } from '../postgres/prepare-databases.ts';
import { answersOk } from '../processes/answers-ok.ts';
import type { ProcessSpec } from '../processes/process-spec.ts';

export type ServiceApp = 'sink' | 'console' | 'crawler' | 'scheduler';

/** What a service may take over from the operator's environment, besides the settings named NUMFLEET_…. */
const inheritedNames = [
  ...[
    'PATH',
    'HOME',
    'LANG',
    'TZ',
    'TMPDIR',
    'NODE_EXTRA_CA_CERTS',
    'NODE_OPTIONS',
    'NODE_COMPILE_CACHE',
    'CHROMIUM_PATH',
    'PLAYWRIGHT_BROWSERS_PATH',
    'REDIS_URL',
    'REDIS_URL_FILE',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_EXPORTER_OTLP_HEADERS_FILE',
    'OTEL_EXPORTER_OTLP_CERTIFICATE',
  ],
] as const;

export interface ServicePlan {
  name: string;
  app: ServiceApp;
}

/**
 * Names the services to run, each once the ones before it: consumers start before their producers and stop after them,
 * so that on the way down the scheduler gives nothing more, the crawlers finish, and the sink commits what they found.
 */
export function planServices(services: readonly { app: ServiceApp; count?: number }[]): ServicePlan[] {
  const order: readonly ServiceApp[] = ['sink', 'console', 'crawler', 'scheduler'];
  return order.flatMap((app): ServicePlan[] => {
    const count = services.filter((service) => service.app === app).reduce((sum, one) => sum + (one.count ?? 1), 0);
    if (app !== 'crawler') return count > 0 ? [{ name: app, app }] : [];
    return Array.from({ length: count }, (_, index) => ({ name: `crawler-${index + 1}`, app }));
  });
}

/** Users of Redis with the rights of their apps, for as long as the fleet runs. */
export interface RedisUsers extends AsyncDisposable {
  urlOf(app: ServiceApp): string;
}

export interface ServiceSurroundings {
  home: string;
  /** The project's root, which holds `apps/`. */
  root: string;
  env: Readonly<Record<string, string | undefined>>;
  databases: FleetDatabases;
  consolePort: number;
  adminPorts: Readonly<Record<string, number>>;
  tokenFile: string;
  keysDir: string;
  redisUsers: RedisUsers | null;
  runtimeDir: string;
  /** How long a service may take to stop. */
  stopTimeoutMs: number;
}

export function serviceSpec(plan: ServicePlan, all: readonly ServicePlan[], around: ServiceSurroundings): ProcessSpec {
  const { name, app } = plan;
  const adminPort = around.adminPorts[name] ?? 0;
  return {
    name,
    command: process.execPath,
    // Otherwise SIGUSR1 opens the inspector, and by that a heap with numbers in it (I3).
    args: [
      '--disable-warning=ExperimentalWarning',
      '--disable-sigusr1',
      join(around.root, 'apps', app, 'src', 'main.ts'),
    ],
    env: {
      ...inherited(app, around),
      ...common(name, adminPort, around),
      ...zoneOf(app, around),
      ...redisOf(app, around),
    },
    cwd: around.root,
    logFile: join(around.home, 'logs', `${name}.log`),
    ready: (signal) => answersOk(`http://127.0.0.1:${adminPort}/readyz`, signal),
    readyTimeoutMs: 60_000,
    // It is answered wherever the event loop turns, whatever else is wrong.
    liveness: {
      check: (signal) => answersOk(`http://127.0.0.1:${adminPort}/livez`, signal),
      everyMs: 3_000,
      answerMs: 2_000,
      silentMs: 15_000,
    },
    stop: [{ signal: 'SIGTERM', waitMs: around.stopTimeoutMs }],
    after: all.filter((other) => comesBefore(other.app, app)).map((other) => other.name),
  };
}

function comesBefore(first: ServiceApp, second: ServiceApp): boolean {
  return (first === 'sink' && second === 'crawler') || (first === 'crawler' && second === 'scheduler');
}

/** Built from nothing, so that no secret of one zone, or of the operator, gets into another. */
function inherited(app: ServiceApp, { env, redisUsers }: ServiceSurroundings): Record<string, string> {
  const allowed = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (entry[0].startsWith('NUMFLEET_') || inheritedNames.includes(entry[0] as never)),
  );
  // Each zone has its own queues; a file that names others would contradict them.
  const given = ['NUMFLEET_QUEUE_URL_FILE', ...(redisUsers === null ? [] : ['REDIS_URL_FILE'])];
  return Object.fromEntries(allowed.filter(([name]) => !given.includes(name) && mayHave(app, name)));
}

/** Who does not go out has no use for the proxy's credentials, and who stores and shows no number none for the master key. */
function mayHave(app: ServiceApp, name: string): boolean {
  if (/^NUMFLEET_PROXY(?:_FILE)?$/.test(name)) return app === 'crawler';
  return !/^NUMFLEET_MASTER_KEY(?:_FILE)?$/.test(name) || app === 'sink' || app === 'console';
}

function common(name: string, adminPort: number, around: ServiceSurroundings): Record<string, string> {
  return {
    NUMFLEET_HOME: around.home,
    NUMFLEET_SERVICE_NAME: name,
    NUMFLEET_ADMIN_PORT: String(adminPort),
    NUMFLEET_KEYS_DIR: around.keysDir,
    NUMFLEET_RUNTIME_DIR: around.runtimeDir,
    NUMFLEET_LIFELINE_STDIN: '1',
  };
}

function redisOf(app: ServiceApp, { redisUsers }: ServiceSurroundings): Record<string, string> {
  return redisUsers === null ? {} : { REDIS_URL: redisUsers.urlOf(app) };
}

/** What only this service gets: its role's databases (zones, I4), and the console's door. */
function zoneOf(app: ServiceApp, around: ServiceSurroundings): Record<string, string> {
  const { databases } = around;
  switch (app) {
    case 'crawler':
      return { NUMFLEET_QUEUE_URL: databases.queueUrl('numfleet_crawler') };
    case 'sink':
    case 'scheduler':
      return {
        DATABASE_URL: databases.truthUrl(`numfleet_${app}`),
        NUMFLEET_QUEUE_URL: databases.queueUrl(`numfleet_${app}`),
      };
    case 'console':
      return {
        DATABASE_URL: databases.truthUrl('numfleet_console'),
        NUMFLEET_QUEUE_URL: databases.queueUrl('numfleet_console'),
        NUMFLEET_CONSOLE_PORT: String(around.consolePort),
        NUMFLEET_CONSOLE_TOKEN_FILE: around.tokenFile,
      };
  }
}
