import { Registry } from 'prom-client';

export interface Exposition {
  contentType: string;
  text: string;
}

/** Of the kind in which exemplars are allowed. */
export type MetricRegistry = Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>;

export function createRegistry(): MetricRegistry {
  const registry: MetricRegistry = new Registry();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/**
 * Renders a registry in the format that the `Accept` header of a scrape asks for; exemplars exist in OpenMetrics only.
 *
 * prom-client holds the format as a state of the registry, and rendering OpenMetrics takes `_total` off the names of the
 * counters for good, so that the next scrape in the classic format would miss it. So the names are put back, and
 * renderings go one after the other.
 */
export function createExpose(registry: MetricRegistry): (accept?: string) => Promise<Exposition> {
  let last: Promise<unknown> = Promise.resolve();
  return (accept = '') => {
    const format = isOpenMetrics.test(accept) ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
    const rendering = last.then(() => render(registry, format));
    last = rendering.catch(() => {});
    return rendering;
  };
}

const isOpenMetrics = /application\/openmetrics-text/i;

async function render(registry: MetricRegistry, contentType: string): Promise<Exposition> {
  const metrics: { name: string }[] = registry.getMetricsAsArray();
  const names = metrics.map(({ name }) => name);
  registry.setContentType(contentType as never);
  try {
    return { contentType, text: await registry.metrics() };
  } finally {
    for (const [index, name] of names.entries()) (metrics[index] as { name: string }).name = name;
  }
}
