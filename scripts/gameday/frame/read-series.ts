/** A series of one or more processes: the sum of the samples of this name that have these labels. */
export interface SeriesSpec {
  metric: string;
  labels: Readonly<Record<string, string>>;
}

/**
 * Sums a series in a Prometheus exposition; null where it has no sample, which for a labelled counter means 0 as long as
 * the process answers.
 */
export function readSeries(exposition: string, { metric, labels }: SeriesSpec): number | null {
  let sum: number | null = null;
  for (const line of exposition.split('\n')) {
    if (!line.startsWith(metric)) continue;
    const sample = /^(\w+)(?:\{(.*)\})? (\S+)(?: \S+)?$/.exec(line);
    if (sample?.[1] !== metric || !hasLabels(sample[2] ?? '', labels)) continue;
    sum = (sum ?? 0) + Number(sample[3]);
  }
  return sum;
}

/** No label of the fleet has a quote or a comma in its value: values come from closed sets (I8). */
function hasLabels(text: string, wanted: SeriesSpec['labels']): boolean {
  const present = new Set(text.split(','));
  return Object.entries(wanted).every(([name, value]) => present.has(`${name}="${value}"`));
}
