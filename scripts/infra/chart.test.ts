import { describe, expect, it } from 'vitest';
import { findTool } from './find-tool.ts';
import { mayReach } from './may-reach.ts';
import { type PodSpec, podWeaknesses } from './pod-weaknesses.ts';
import { type KubernetesObject, renderChart } from './render-chart.ts';
import { validateObjects } from './validate-objects.ts';
import { keysOf, services } from './zone-keys.ts';

const helm = await findTool('helm');
const postgres = '10.1.2.3';
const redis = '10.1.2.4';
const proxy = '10.1.2.5';
const needed = {
  'networkPolicy.postgres.to': [{ ipBlock: { cidr: `${postgres}/32` } }],
  'networkPolicy.redis.to': [{ ipBlock: { cidr: `${redis}/32` } }],
};
const render = (values: object = {}) => renderChart(helm ?? '', { ...needed, ...values });
const everything = {
  contact: 'ops@example.org',
  config: { NUMFLEET_LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
  'console.ingress': { enabled: true, host: 'numbers.example.org', tlsSecret: 'tls', className: 'nginx' },
  'crawler.replicas': null,
  'crawler.keda': { enabled: true, prometheus: { serverAddress: 'http://prometheus:9090', query: 'demand' } },
  'crawler.seccompProfile': { type: 'Localhost', localhostProfile: 'numfleet/seccomp-chromium.json' },
  'crawler.proxy': { enabled: true },
  'networkPolicy.proxy.to': [{ ipBlock: { cidr: `${proxy}/32` } }],
  'networkPolicy.collector.to': [{ podSelector: { matchLabels: { app: 'collector' } } }],
  'networkPolicy.console.from': [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }],
  'networkPolicy.alsoPrivate': ['203.0.113.0/24', '2001:db8::/32'],
  'podMonitor.enabled': true,
};

const find = (objects: readonly KubernetesObject[], kind: string, component: string): KubernetesObject => {
  const found = objects.find(
    ({ kind: own, metadata }) => own === kind && metadata.name === `fleet-numfleet-${component}`,
  );
  if (found === undefined) throw new Error(`no ${kind} of ${component}`);
  return found;
};
const podsOf = (objects: readonly KubernetesObject[]) =>
  objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
    .map(({ metadata, spec }) => ({ name: metadata.name, pod: spec.template.spec as PodSpec }));

describe.skipIf(helm === null)('the chart (where helm is: see `pnpm infra:check`)', { timeout: 60_000 }, () => {
  it.each([
    ['as it comes', {}],
    ['with everything', everything],
    ['without policies and migration', { 'networkPolicy.enabled': false, 'migrate.enabled': false }],
  ])('makes objects that Kubernetes knows, %s', async (_, values) => {
    const objects = await render(values);
    expect(objects.length).toBeGreaterThan(10);
    expect(await validateObjects(objects)).toEqual([]);
  });

  it('control: an unknown field and a wrong value are found', async () => {
    const [misspelt, wrong] = [await render(), await render()];
    find(misspelt, 'Deployment', 'sink').spec.template.spec.runAsNoRoot = true;
    expect(await validateObjects(misspelt)).toEqual([expect.stringMatching(/runAsNoRoot.* does not exist/)]);
    find(wrong, 'NetworkPolicy', 'crawler').spec.policyTypes = ['Outwards'];
    expect((await validateObjects(wrong))[0]).toMatch(/policyTypes/);
  });

  it('I4: leaves no pod a token, root, a writable root or a secret in its environment', async () => {
    const pods = podsOf(await render(everything));
    expect(pods.map(({ name }) => name.replace('fleet-numfleet-', '')).sort()).toEqual(['migrate', ...services].sort());
    for (const { name, pod } of pods)
      expect({ name, weaknesses: podWeaknesses(pod) }).toEqual({ name, weaknesses: [] });
  });

  it('control: each weakness is found', async () => {
    const [pod] = podsOf(await render()).map((one) => one.pod);
    const weakened: PodSpec = {
      hostNetwork: true,
      containers: [
        {
          ...pod?.containers[0],
          securityContext: { privileged: true },
          resources: {},
          env: [{ name: 'DATABASE_URL', value: 'postgres://a:b@c/d' }],
        },
      ],
    };
    expect(podWeaknesses(weakened)).toHaveLength(11);
  });

  it('I4: gives each zone the keys that its service reads, and the crawler no database', async () => {
    const objects = await render();
    for (const service of services) {
      const { volumes } = find(objects, 'Deployment', service).spec.template.spec;
      const [always] = volumes[0].projected.sources;
      const files: string[] = always.secret.items.map((item: { key: string }) => item.key);
      expect(files.filter((file) => file.endsWith('.key')).sort()).toEqual(await keysOf(service));
      expect(files.includes('database-url')).toBe(service !== 'crawler');
    }
    expect(JSON.stringify(find(objects, 'Deployment', 'crawler').spec)).not.toMatch(/database|number-|private/i);
    expect(JSON.stringify(find(objects, 'Deployment', 'sink').spec)).toMatch(/database.*number-/i);
  });

  it('I4: draws the zones: crawlers reach the internet and Redis, the others Postgres and Redis', async () => {
    const objects = await render({ 'networkPolicy.alsoPrivate': ['203.0.113.0/24'] });
    for (const inside of ['migrate', 'scheduler', 'sink', 'console']) {
      expect(mayReach(objects, inside, postgres, 5432)).toBe(true);
      expect(mayReach(objects, inside, redis, 6379)).toBe(true);
      expect(mayReach(objects, inside, '93.184.216.34', 443)).toBe(false);
      expect(mayReach(objects, inside, '10.9.9.9', 443)).toBe(false);
    }
    const open = [redis, 6379, '93.184.216.34', 443, '93.184.216.34', 8080, '2606:2800:220:1::1', 443] as const;
    const shut = [
      ...[postgres, 5432, redis, 22, '10.9.9.9', 443, '172.31.0.1', 443, '192.168.1.1', 80, '169.254.169.254', 80],
      ...['127.0.0.1', 9400, '100.64.0.1', 443, '203.0.113.7', 443, 'fd00::1', 443, 'fe80::1', 443, '::1', 9400],
      ...['::ffff:10.0.0.1', 443, '64:ff9b::a00:1', 443],
    ] as const;
    const crawlerReaches = (pairs: readonly (string | number)[]) =>
      Array.from({ length: pairs.length / 2 }, (_, index) =>
        mayReach(objects, 'crawler', String(pairs[index * 2]), Number(pairs[index * 2 + 1])),
      );
    expect(crawlerReaches(open)).toEqual(open.filter((_, index) => index % 2 === 0).map(() => true));
    expect(crawlerReaches(shut)).toEqual(shut.filter((_, index) => index % 2 === 0).map(() => false));
  });

  it('control: without policies a crawler reaches Postgres, and without a place for it nothing is rendered', async () => {
    expect(mayReach(await render({ 'networkPolicy.enabled': false }), 'crawler', postgres, 5432)).toBe(true);
    await expect(render({ 'networkPolicy.postgres.to': [] })).rejects.toThrow(/where Postgres is/);
    await expect(render({ 'networkPolicy.redis.to': [] })).rejects.toThrow(/where Redis is/);
  });

  it('I4: leads crawlers to the proxy where there is one, its URL in their Secret, and no longer to the internet', async () => {
    const objects = await render(everything);
    expect(mayReach(objects, 'crawler', proxy, 3128)).toBe(true);
    expect(mayReach(objects, 'crawler', redis, 6379)).toBe(true);
    expect(mayReach(objects, 'crawler', '93.184.216.34', 443)).toBe(false);
    expect(mayReach(objects, 'sink', proxy, 3128)).toBe(false);
    const podOf = (service: string) => JSON.stringify(find(objects, 'Deployment', service).spec.template.spec);
    expect(podOf('crawler')).toContain('"NUMFLEET_PROXY_FILE","value":"/run/secrets/numfleet/proxy-url"');
    expect(podOf('crawler')).toContain('{"key":"proxy-url","path":"proxy-url"}');
    expect(podOf('sink')).not.toContain('proxy-url');
    await expect(render({ 'crawler.proxy': { enabled: true } })).rejects.toThrow(/where crawler.proxy is/);
  });

  it.each([0, 20_000, 123_456])('I9: waits longer than a drain of %i ms and the 10 s after it', async (drainMs) => {
    const objects = await render({ drainMs });
    for (const service of services) {
      const { terminationGracePeriodSeconds } = find(objects, 'Deployment', service).spec.template.spec;
      expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThan(drainMs + 10_000);
    }
    expect(objects.find(({ kind }) => kind === 'ConfigMap')?.data).toMatchObject({ NUMFLEET_DRAIN_MS: `${drainMs}` });
  });

  it('leaves the number of crawlers to whoever scales them', async () => {
    const replicasOf = async (values: object) => find(await render(values), 'Deployment', 'crawler').spec.replicas;
    expect(await replicasOf({ 'crawler.replicas': 7 })).toBe(7);
    expect(await replicasOf({ 'crawler.replicas': null })).toBeUndefined();
    expect(await replicasOf(everything)).toBeUndefined();
  });

  it('migrates before an upgrade', async () => {
    expect(find(await render(), 'Job', 'migrate').metadata.annotations).toMatchObject({
      'helm.sh/hook': 'pre-install,pre-upgrade',
    });
  });

  it.each([
    ['a misspelt name', { 'crawler.replica': 3 }],
    ['a secret in the settings', { config: { NUMFLEET_QUEUE_URL: 'postgres://…' } }],
    ['a proxy that all would know', { config: { NUMFLEET_PROXY: 'http://me:hush@proxy:3128' } }],
    ['what the chart sets itself', { config: { NUMFLEET_ADMIN_PORT: '1' } }],
    ['a pod without seccomp', { 'crawler.seccompProfile': { type: 'Unconfined' } }],
    ['an ingress without TLS', { 'console.ingress': { enabled: true, host: 'numbers.example.org' } }],
  ])('refuses %s', async (_, values) => {
    await expect(render(values)).rejects.toThrow(
      /not allowed|must be|tlsSecret|not valid|schema|one of|pattern|match/i,
    );
  });
});
