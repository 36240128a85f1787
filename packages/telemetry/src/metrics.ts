import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricRegistry } from './expose.ts';
import { type LabelName, labelValues, type MetricKey, metricTable } from './names.ts';
import { activeIds } from './traces/active-span.ts';
import { isTraceKept } from './traces/local-trace.ts';

type LabelsOf<Key extends MetricKey> = Record<(typeof metricTable)[Key]['labels'][number], string>;

/** For each metric of `names.ts` a function: counters add the value (1), gauges are set to it, histograms observe it. */
export type Metrics = { readonly [Key in MetricKey]: (value: number, labels: LabelsOf<Key>) => void };

/** Registers every metric with this registry, and with no global one. */
export function createMetrics(registry: MetricRegistry): Metrics {
  const entries = Object.keys(metricTable).map((key) => [key, createMetric(key as MetricKey, registry)]);
  return Object.fromEntries(entries) as Metrics;
}

function createMetric(key: MetricKey, registry: MetricRegistry) {
  const definition = metricTable[key];
  const { type, name, help } = definition;
  const options = { name, help, labelNames: [...definition.labels] as LabelName[], registers: [registry] };
  if (type === 'counter') {
    const counter = new Counter(options);
    return (value: number, labels: Labels) => counter.inc(closed(labels), value);
  }
  if (type === 'gauge') {
    const gauge = new Gauge(options);
    return (value: number, labels: Labels) => gauge.set(closed(labels), value);
  }
  const histogramOptions = { ...options, buckets: [...definition.buckets] };
  if (!('exemplars' in definition)) {
    const histogram = new Histogram(histogramOptions);
    return (value: number, labels: Labels) => histogram.observe(closed(labels), value);
  }
  const histogram = new Histogram({ ...histogramOptions, enableExemplars: true });
  return (value: number, labels: Labels) =>
    histogram.observe({ value, labels: closed(labels), exemplarLabels: exemplar() });
}

/** The trace that an observation belongs to, if it is one that can be looked up. */
function exemplar(): Partial<Record<string, string>> {
  const ids = isTraceKept() ? activeIds() : undefined;
  return ids ? { trace_id: ids.traceId } : {};
}

type Labels = Partial<Record<LabelName, string>>;

/** A value that is not in its label's set is counted as the set's last (I8): a type cast lets no text in. */
function closed(labels: Labels): Labels {
  const entries = Object.entries(labels) as [LabelName, string][];
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const known: readonly string[] = labelValues[name];
      return [name, known.includes(value) ? value : known.at(-1)];
    }),
  );
}
