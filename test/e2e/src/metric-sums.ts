/** Sums a metric over the expositions of all processes, by the values of one label; '' where it has none. */
export function metricSums(expositions: readonly string[], name: string, label: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const line of expositions.flatMap((text) => text.split('\n'))) {
    const sample = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample?.[1] !== name) continue;
    const value = new RegExp(`(?:^|,)${label}="([^"]*)"`).exec(sample[2] ?? '')?.[1] ?? '';
    sums[value] = (sums[value] ?? 0) + Number(sample[3]);
  }
  return sums;
}
