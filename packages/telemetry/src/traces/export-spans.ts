import type { Emit, SpanDropReason } from '@numfleet/contracts';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Redaction } from '../redact-value.ts';
import { cleanSpan } from './clean-span.ts';

/** Spans that wait to be exported, how many go in a request, and how often, ms. In the end all of them go at once. */
const queue = { max: 4_096, batch: 512, everyMs: 1_000, timeoutMs: 10_000 };
export const mostRequests = queue.max / queue.batch;

/**
 * Exports ended spans in the background. A destination that is down, slow or hostile costs spans, never work: the queue
 * is bounded, what does not go out is dropped and counted, and the end waits for it at most `graceMs`. Whatever comes
 * out has gone through `cleanSpan`, on its last step before the exporter.
 */
export function createSpanExport(deps: { exporter: SpanExporter; emit: Emit; graceMs: number }): SpanProcessor {
  const { exporter, emit } = deps;
  let waiting = 0;
  let inTrouble = false;
  let hasStopped = false;
  let onEmpty = () => {};
  const batches = new BatchSpanProcessor({
    exporter: { export: exportClean, shutdown: () => exporter.shutdown() },
    maxQueueSize: queue.max,
    maxExportBatchSize: queue.batch,
    scheduledDelayMillis: queue.everyMs,
    exportTimeoutMillis: queue.timeoutMs,
  });

  function exportClean(...[spans, done]: Parameters<SpanExporter['export']>): void {
    const redaction: Redaction = { count: 0 };
    const ended = (result: ExportResult) => {
      if (hasStopped) return;
      waiting -= spans.length;
      if (result.code === ExportResultCode.SUCCESS) inTrouble = false;
      else dropped('export-failed', spans.length);
      if (waiting === 0) onEmpty();
      // Without the error: it may hold the collector's words.
      done({ code: result.code });
    };
    try {
      const clean = spans.map((span) => cleanSpan(span, redaction));
      if (redaction.count > 0) emit({ type: 'redaction', sink: 'trace', count: redaction.count });
      exporter.export(clean, ended);
    } catch {
      ended({ code: ExportResultCode.FAILED });
    }
  }

  function dropped(reason: SpanDropReason, count: number): void {
    emit({ type: 'spans.dropped', reason, count, again: inTrouble });
    inTrouble = true;
  }

  return {
    onStart() {},
    onEnd(span) {
      if (waiting >= queue.max) return dropped('queue-full', 1);
      waiting += 1;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    async shutdown() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, deps.graceMs).unref());
      const empty = waiting === 0 ? Promise.resolve() : new Promise<void>((resolve) => (onEmpty = resolve));
      // It rejects with the first batch that fails, while others are still on their way.
      void batches.shutdown().catch(() => {});
      await Promise.race([empty, late]);
      hasStopped = true;
      if (waiting > 0) dropped('stopped', waiting);
    },
  };
}
