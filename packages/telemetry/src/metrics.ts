import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type LabelName, labelValues, type MetricKey, metricTable } from './names.ts';

type LabelsOf<Key extends MetricKey> = Record<(typeof metricTable)[Key]['labels'][number], string>;

/** For each metric of `names.ts` a function: counters add the value (1), gauges are set to it, histograms observe it. */
export type Metrics = { readonly [Key in MetricKey]: (value: number, labels: LabelsOf<Key>) => void };

/** Registers every metric with this registry, and with no global one. */
export function createMetrics(registry: Registry): Metrics {
  const entries = Object.keys(metricTable).map((key) => [key, createMetric(key as MetricKey, registry)]);
  return Object.fromEntries(entries) as Metrics;
}

function createMetric(key: MetricKey, registry: Registry) {
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
  const histogram = new Histogram({ ...options, buckets: [...definition.buckets] });
  return (value: number, labels: Labels) => histogram.observe(closed(labels), value);
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
