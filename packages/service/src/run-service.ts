import path from 'node:path';
import { type Emit, errorCodeOf, NumfleetError, type Tracer } from '@numfleet/contracts';
import {
  createLogger,
  createTelemetry,
  createTracing,
  spanDestination,
  type Telemetry,
  type TracingOptions,
} from '@numfleet/telemetry';
import { createAccounting } from './accounting.ts';
import { type Readiness, startAdminServer } from './admin-server.ts';
import { loadConfig } from './config.ts';
import { abandonOnAbort, createDeadline } from './deadline.ts';
import { watchLifeline } from './lifeline.ts';
import { reportWorker, type WorkerReporting } from './report-worker.ts';
import type { Config } from './settings.ts';
import { onStopSignals } from './stop-signals.ts';
import { version } from './version.ts';

export interface ServiceContext {
  config: Config;
  /** The name of this process in logs and results. */
  name: string;
  emit: Emit;
  telemetry: Telemetry;
  tracer: Tracer;
  /** Aborted when the service must stop at once: the second SIGTERM, a lost owner, a failure. */
  signal: AbortSignal;
  /** Ends the process in order with a non-zero exit code: for a failure that a restart may cure. */
  fail: (error: unknown) => void;
}

export interface Service extends AsyncDisposable {
  ready(): Promise<Readiness>;
  /** Takes nothing new and finishes what it has begun; what is not done when `signal` aborts is given back. */
  drain(signal: AbortSignal): Promise<void>;
  reporting?: WorkerReporting;
  /** JSON that the admin port answers beside what every service has, by path. */
  figures?: Record<`/${string}`, () => Promise<object>>;
}

type Ending = { reason: string; exitCode: number; at: 'drain' | 'now' };

/**
 * The life of every process of the fleet: configuration, start, ready, drain, stop. SIGTERM or SIGINT drains; a second
 * one, or the loss of the owner, stops at once. Every end has a logged reason, an exit code that is not 0 when it was
 * not asked for (I10), and the account of the jobs taken and ended (I9). Gives the exit code; the caller exits with it.
 */
export async function runService(app: string, start: (context: ServiceContext) => Promise<Service>): Promise<number> {
  const config = readConfig();
  if (config === null) return 1;
  const name = config.NUMFLEET_SERVICE_NAME ?? app;
  const logger = createLogger({ service: app, worker: name, level: config.NUMFLEET_LOG_LEVEL });
  const telemetry = createTelemetry({ service: app, logger });
  const accounting = createAccounting();
  const tracing = createTracing({ ...tracingOptions(app, name, config), emit: telemetry.emit });
  const emit: Emit = (event) => {
    accounting.observe(event);
    // First, so that the line of a failure is written in a trace that is kept by then.
    tracing.observe(event);
    telemetry.emit(event);
  };
  const stopNow = new AbortController();
  const { ended, fail } = listenForTheEnd(config, emit, stopNow);

  let ending: Ending;
  try {
    let ready: () => Promise<Readiness> = async () => ({ ok: false, reason: 'starting' });
    let figures: Service['figures'];
    await using _admin = await startAdminServer({
      host: config.NUMFLEET_ADMIN_HOST,
      port: config.NUMFLEET_ADMIN_PORT,
      ready: () => ready(),
      metrics: (accept) => telemetry.expose(accept),
      figures: async (path) => (await figures?.[path as `/${string}`]?.()) ?? null,
    });
    emit({ type: 'service.started', adminPort: _admin.port });
    await using service = await abandonOnAbort(
      start({ config, name, emit, telemetry, tracer: tracing.tracer, signal: stopNow.signal, fail }),
      stopNow.signal,
    );
    ready = () => service.ready();
    figures = service.figures;
    const { reporting } = service;
    using _reports = reporting && reportWorker({ reporting, name, accounting, gauges: telemetry.gauges, emit });
    emit({ type: 'service.ready' });
    ending = await ended;
    ready = async () => ({ ok: false, reason: 'stopping' });
    if (ending.at === 'drain') await drain(service, ending.reason, config.NUMFLEET_DRAIN_MS, emit, stopNow);
    stopNow.abort(new NumfleetError('aborted', 'The service is stopping.'));
  } catch (error) {
    emit({ type: 'service.failed', code: errorCodeOf(error), error });
    ending = { reason: `failed: ${errorCodeOf(error)}`, exitCode: 1, at: 'now' };
  }

  const account = accounting.report();
  emit({ type: 'jobs.accounted', ...account });
  await tracing[Symbol.asyncDispose]();
  emit({ type: 'service.stopped', reason: ending.reason, exitCode: ending.exitCode });
  await telemetry.flush();
  return ending.exitCode;
}

function tracingOptions(service: string, worker: string, config: Config): Omit<TracingOptions, 'emit'> {
  const { NUMFLEET_HOME: home, NUMFLEET_TRACE_RATIO: ratio } = config;
  const destination = spanDestination({
    endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    tracesEndpoint: config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    headers: config.OTEL_EXPORTER_OTLP_HEADERS,
    file: home && path.join(home, 'traces', `${worker}.jsonl`),
  });
  return { service, worker, version, ratio, destination };
}

async function drain(service: Service, reason: string, ms: number, emit: Emit, stopNow: AbortController) {
  emit({ type: 'service.draining', reason });
  using deadline = createDeadline(ms, { signal: stopNow.signal });
  // The service gives back what is unfinished when the signal aborts; that, too, may take no more than 5 s.
  using last = createDeadline(ms + 5_000);
  await abandonOnAbort(service.drain(deadline.signal), last.signal).catch((error) => {
    emit({ type: 'service.failed', code: errorCodeOf(error), error });
  });
}

function listenForTheEnd(config: Config, emit: Emit, stopNow: AbortController) {
  const { promise: ended, resolve } = Promise.withResolvers<Ending>();
  const end = (ending: Ending, withinMs: number) => {
    resolve(ending);
    if (ending.at === 'now') stopNow.abort(new NumfleetError('aborted', 'The service is stopping at once.'));
    // Should the orderly way out hang, it is left; the exit code says that this was not asked for.
    setTimeout(() => process.exit(1), withinMs).unref();
  };
  const fail = (error: unknown) => {
    emit({ type: 'service.failed', code: errorCodeOf(error), error });
    end({ reason: `failed: ${errorCodeOf(error)}`, exitCode: 1, at: 'now' }, 10_000);
  };
  onStopSignals((signal, count) => {
    const atOnce = count > 1;
    end(
      { reason: signal, exitCode: 0, at: atOnce ? 'now' : 'drain' },
      atOnce ? 10_000 : config.NUMFLEET_DRAIN_MS + 10_000,
    );
  });
  process.on('uncaughtException', fail).on('unhandledRejection', fail);
  if (config.NUMFLEET_LIFELINE_STDIN) {
    watchLifeline(process.stdin, () => {
      end({ reason: 'the owner of this process is gone', exitCode: 1, at: 'now' }, 3_000);
    });
  }
  return { ended, fail };
}

function readConfig(): Config | null {
  try {
    return loadConfig();
  } catch (error) {
    const message = error instanceof NumfleetError ? error.message : 'The configuration cannot be read.';
    process.stderr.write(`numfleet: error [${errorCodeOf(error)}] ${message}\n`);
    return null;
  }
}
