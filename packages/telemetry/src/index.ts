export { createLogger, type LoggerOptions, type RedactingLogger } from './create-logger.ts';
export { type LabelName, labelValues, logKinds, type MetricKey, metricTable } from './names.ts';
export { createTelemetry, type Gauges, type QueueState, type Telemetry } from './telemetry.ts';
