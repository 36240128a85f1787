import { ExportResultCode } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { mostRequests } from './export-spans.ts';

/**
 * OpenTelemetry's exporter to a collector. It is loaded here and not with this room: it brings 120 modules, 80 ms of the
 * start of every process, and most have no collector.
 */
export function createOtlpExporter(options: { url: string; headers: Record<string, string> }): SpanExporter {
  const loading = load(options);
  // Each use of it says so.
  loading.catch(() => {});
  return {
    export(spans, done) {
      loading.then(
        (exporter) => exporter.export(spans, done),
        () => done({ code: ExportResultCode.FAILED }),
      );
    },
    shutdown: async () => await (await loading).shutdown(),
  };
}

async function load(options: { url: string; headers: Record<string, string> }): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
  // A collector that never ends its answers holds this many requests and no more.
  return new OTLPTraceExporter({ ...options, timeoutMillis: 5_000, concurrencyLimit: mostRequests });
}
