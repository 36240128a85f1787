import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service, ServiceAccount } from 'kubernetes-models/v1';
import { run } from './find-tool.ts';
import type { KubernetesObject } from './render-chart.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Model = new (data: never) => { validate(): void };

/** Every kind that the chart makes, as Kubernetes' own OpenAPI describes it, and the module of its type. */
const kinds: Readonly<Record<string, { model: Model; module: string }>> = {
  'v1 ConfigMap': { model: ConfigMap, module: 'kubernetes-models/v1' },
  'v1 Service': { model: Service, module: 'kubernetes-models/v1' },
  'v1 ServiceAccount': { model: ServiceAccount, module: 'kubernetes-models/v1' },
  'apps/v1 Deployment': { model: Deployment, module: 'kubernetes-models/apps/v1' },
  'batch/v1 Job': { model: Job, module: 'kubernetes-models/batch/v1' },
  'policy/v1 PodDisruptionBudget': { model: PodDisruptionBudget, module: 'kubernetes-models/policy/v1' },
  'networking.k8s.io/v1 Ingress': { model: Ingress, module: 'kubernetes-models/networking.k8s.io/v1' },
  'networking.k8s.io/v1 NetworkPolicy': { model: NetworkPolicy, module: 'kubernetes-models/networking.k8s.io/v1' },
  'monitoring.coreos.com/v1 PodMonitor': {
    model: PodMonitor,
    module: '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  },
  'keda.sh/v1alpha1 ScaledObject': { model: ScaledObject, module: '@kubernetes-models/keda/keda.sh/v1alpha1' },
};

/**
 * What a cluster would refuse, a line each: values that the API's schema does not allow (by its validators), and fields
 * that it does not know (by the compiler: an unknown field of a literal is an error). What no schema says is not found:
 * whether a reference leads anywhere, what an admission webhook thinks.
 */
export async function validateObjects(objects: readonly KubernetesObject[]): Promise<string[]> {
  const known = objects.map((object) => ({ object, kind: kinds[`${object.apiVersion} ${object.kind}`] }));
  const values = known.flatMap(({ object, kind }) => {
    if (kind === undefined) return [`${object.apiVersion} ${object.kind}: not a kind of the chart`];
    try {
      new kind.model(object as never).validate();
      return [];
    } catch (error) {
      return [`${object.kind} ${object.metadata.name}: ${(error as Error).message}`];
    }
  });
  return [...values, ...(await unknownFields(objects))];
}

async function unknownFields(objects: readonly KubernetesObject[]): Promise<string[]> {
  // Within the checkout, or the compiler does not find the types.
  const folder = path.join(root, '.runtime', `infra-check-${process.pid}`);
  await mkdir(folder, { recursive: true });
  try {
    const lines = objects.flatMap((object, index) => {
      const module = kinds[`${object.apiVersion} ${object.kind}`]?.module;
      const type = `I${object.kind}`;
      return module === undefined
        ? []
        : [
            `import type { ${type} as T${index} } from '${module}';`,
            `export const ${object.kind}${index}: T${index} = ${JSON.stringify(object)};`,
          ];
    });
    const file = path.join(folder, 'objects.ts');
    await writeFile(file, lines.join('\n'));
    const flags = [
      '--noEmit',
      '--ignoreConfig',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'esnext',
      '--strict',
    ];
    await run(path.join(root, 'node_modules/.bin/tsc'), [...flags, file]);
    return [];
  } catch (error) {
    const { stdout = '', message } = error as Error & { stdout?: string };
    return stdout.trim() === '' ? [message] : stdout.trim().split('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
