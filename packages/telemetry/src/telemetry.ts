import type { BreakerReason, BreakerState, Emit, FleetEvent, QueueName } from '@numfleet/contracts';
import { collectDefaultMetrics } from 'prom-client';
import { onRedaction, type RedactingLogger } from './create-logger.ts';
import { createExpose, createRegistry, type Exposition, type MetricRegistry } from './expose.ts';
import { logEvent } from './log-events.ts';
import { countEvent } from './metric-events.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { labelValues } from './names.ts';

export type QueueState = (typeof labelValues.state)[number];

/** What is measured rather than counted: whoever knows the figure sets it. */
export interface Gauges {
  queueDepth(queue: QueueName, state: QueueState, jobs: number): void;
  jobsInFlight(queue: QueueName, jobs: number): void;
  leasedPages(pages: number): void;
  leaseWindow(pages: number): void;
  breakerHosts(breaker: BreakerState, reason: BreakerReason, hosts: number): void;
  demand(jobs: number, workers: number): void;
  browsers(running: number): void;
  browserSandboxed(sandboxed: boolean): void;
}

export interface Telemetry {
  emit: Emit;
  gauges: Gauges;
  registry: MetricRegistry;
  /** What `/metrics` answers: OpenMetrics, with exemplars, to who accepts it, else Prometheus' text format. */
  expose(accept?: string): Promise<Exposition>;
  /** Resolves when every line so far is written. */
  flush(): Promise<void>;
}

/**
 * Turns the fleet's events into log lines and metrics; `emit` never throws. Each telemetry has a registry of its own,
 * with prom-client's figures of the process beside ours.
 */
export function createTelemetry({ service, logger }: { service: string; logger: RedactingLogger }): Telemetry {
  const registry = createRegistry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const metrics = createMetrics(registry);
  const emit: Emit = (event) => {
    attempt(logger, event, () => countEvent(event, metrics));
    attempt(logger, event, () => logEvent(event, logger));
  };
  onRedaction(logger, (count) => emit({ type: 'redaction', sink: 'log', count }));
  return {
    emit,
    gauges: createGauges(metrics),
    registry,
    expose: createExpose(registry),
    flush: () => flush(logger),
  };
}

function attempt(logger: RedactingLogger, { type }: FleetEvent, tell: () => void): void {
  try {
    tell();
  } catch (error) {
    logger.error({ event: type, err: error }, 'An event could not be told.');
  }
}

function createGauges(metrics: Metrics): Gauges {
  return {
    queueDepth: (queue, state, jobs) => metrics.queueDepth(jobs, { queue, state }),
    jobsInFlight: (queue, jobs) => metrics.jobsInFlight(jobs, { queue }),
    leasedPages: (pages) => metrics.leasedPages(pages, {}),
    leaseWindow: (pages) => metrics.leaseWindow(pages, {}),
    breakerHosts: (breaker, reason, hosts) => metrics.breakerHosts(hosts, { breaker, reason }),
    demand: (jobs, workers) => {
      metrics.demandJobs(jobs, {});
      metrics.demandWorkers(workers, {});
    },
    browsers: (running) => metrics.browsers(running, {}),
    browserSandboxed: (sandboxed) => metrics.browserSandboxed(sandboxed ? 1 : 0, {}),
  };
}

function flush(logger: RedactingLogger): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  logger.flush((error) => (error === undefined || error === null ? resolve() : reject(error)));
  return promise;
}
