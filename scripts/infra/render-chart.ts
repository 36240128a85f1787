import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { run } from './find-tool.ts';

const chart = fileURLToPath(new URL('../../infra/helm/numfleet', import.meta.url));

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: of any kind; what is in it is told by the tests
  spec?: any;
  [key: string]: unknown;
}

/** What the chart makes of the values, hooks included. Rejects with what Helm said. */
export async function renderChart(helm: string, values: object): Promise<KubernetesObject[]> {
  const flags = Object.entries(values).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`]);
  const text = await run(helm, ['template', 'fleet', chart, '--namespace', 'numbers', ...flags]);
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);
}
