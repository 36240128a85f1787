export { createLogger, type LoggerOptions, type RedactingLogger } from './create-logger.ts';
export type { Exposition } from './expose.ts';
export { type LabelName, labelValues, logKinds, type MetricKey, metricTable } from './names.ts';
export { createTelemetry, type Gauges, type QueueState, type Telemetry } from './telemetry.ts';
export { createTracing, type Tracing, type TracingOptions } from './traces/create-tracing.ts';
export { type SpanDestination, spanDestination } from './traces/open-destination.ts';
export { readSpans, type SpanQuery } from './traces/read-spans.ts';
export type { SpanRecord } from './traces/span-record.ts';
