import { type Emit, errorCodeOf, type QueueName, type WorkerReport, workerReportEveryMs } from '@numfleet/contracts';
import type { Gauges } from '@numfleet/telemetry';
import type { Accounting } from './accounting.ts';
import { sleep, withDeadline } from './deadline.ts';

/** What a service knows of itself that no other does, and the way its reports take. */
export interface WorkerReporting {
  app: WorkerReport['app'];
  /** The queue that it takes messages from, and how many of them it works on at a time, at most. */
  work?: { queue: QueueName; capacity: number };
  /** Where it has browsers. */
  browsers?: () => Promise<Pick<WorkerReport, 'browsers' | 'browserPages' | 'sandboxed'>>;
  send(report: WorkerReport): Promise<void>;
}

/**
 * Reports this process every 5 s, from now on until it is disposed, and sets its gauges to the same figures. A report that cannot be sent is left out, and said
 * once: the next one tells all that it would have told.
 */
export function reportWorker(deps: {
  reporting: WorkerReporting;
  name: string;
  accounting: Accounting;
  gauges: Gauges;
  emit: Emit;
}): Disposable {
  const stop = new AbortController();
  void keepReporting(deps, stop.signal);
  return { [Symbol.dispose]: () => stop.abort() };
}

async function keepReporting(deps: Parameters<typeof reportWorker>[0], signal: AbortSignal): Promise<void> {
  let isTroubled = false;
  while (!signal.aborted) {
    try {
      await withDeadline(() => reportOnce(deps), workerReportEveryMs, { signal });
      isTroubled = false;
    } catch (error) {
      if (!isTroubled && !signal.aborted) {
        deps.emit({ type: 'loop.failed', loop: 'report-worker', code: errorCodeOf(error), error });
      }
      isTroubled = true;
    }
    await sleep(workerReportEveryMs, signal).catch(() => {});
  }
}

async function reportOnce(deps: Parameters<typeof reportWorker>[0]): Promise<void> {
  const { reporting, gauges } = deps;
  const report = await describe(deps);
  if (reporting.work) gauges.jobsInFlight(reporting.work.queue, report.jobsInFlight);
  if (reporting.browsers) gauges.browsers(report.browsers);
  if (report.sandboxed !== null) gauges.browserSandboxed(report.sandboxed);
  await reporting.send(report);
}

async function describe({ reporting, name, accounting }: Parameters<typeof reportWorker>[0]): Promise<WorkerReport> {
  const { taken, difference } = accounting.report();
  const at = Date.now();
  return {
    name,
    app: reporting.app,
    startedAt: at - Math.round(process.uptime() * 1_000),
    at,
    jobsInFlight: Math.max(0, difference),
    capacity: reporting.work?.capacity ?? 0,
    taken,
    ended: taken - difference,
    rssBytes: process.memoryUsage.rss(),
    ...((await reporting.browsers?.()) ?? { browsers: 0, browserPages: 0, sandboxed: null }),
  };
}
