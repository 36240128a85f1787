import { parseKeyPairsIntoRecord } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { createOtlpExporter } from './otlp-exporter.ts';
import { createSpanFile } from './span-file.ts';

/** Where spans go: to a collector by OTLP over HTTP, into a file, or nowhere: then they only give log lines their ids. */
export type SpanDestination =
  | { kind: 'otlp'; url: string; headers: string | undefined }
  | { kind: 'file'; file: string; maxBytes?: number }
  | { kind: 'none' };

/** From the standard settings of OTLP exporters, and where no collector is named, a file of the home folder. */
export function spanDestination(given: {
  endpoint: string | undefined;
  tracesEndpoint: string | undefined;
  headers: string | undefined;
  file: string | undefined;
}): SpanDestination {
  const { endpoint, tracesEndpoint, headers, file } = given;
  if (tracesEndpoint) return { kind: 'otlp', url: tracesEndpoint, headers };
  if (endpoint) return { kind: 'otlp', url: `${endpoint.replace(/\/$/, '')}/v1/traces`, headers };
  return file ? { kind: 'file', file } : { kind: 'none' };
}

export function openDestination(destination: SpanDestination): SpanExporter | null {
  switch (destination.kind) {
    case 'none':
      return null;
    case 'file':
      return createSpanFile(destination.file, destination.maxBytes);
    case 'otlp':
      return createOtlpExporter({
        url: destination.url,
        headers: destination.headers ? parseKeyPairsIntoRecord(destination.headers) : {},
      });
  }
}
