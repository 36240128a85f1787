import { BlockList, isIPv6 } from 'node:net';
import type { KubernetesObject } from './render-chart.ts';

interface Rule {
  to?: { ipBlock?: { cidr: string; except?: string[] } }[];
  ports?: { protocol?: string; port?: number; endPort?: number }[];
}

/**
 * Whether the rendered NetworkPolicies let a component's pods open a TCP connection to an address, as a cluster that
 * enforces them would decide: any policy that selects the pod shuts it, and any rule of any of them opens it. Peers that
 * are pods have no address here and match none.
 */
export function mayReach(
  objects: readonly KubernetesObject[],
  component: string,
  address: string,
  port: number,
): boolean {
  const policies = objects.filter(({ kind, spec }) => {
    const wanted = spec?.podSelector?.matchLabels?.['app.kubernetes.io/component'];
    return kind === 'NetworkPolicy' && (wanted === undefined || wanted === component);
  });
  if (policies.length === 0) return true;
  return policies.some(({ spec }) => (spec.egress ?? []).some((rule: Rule) => admits(rule, address, port)));
}

function admits({ to, ports }: Rule, address: string, port: number): boolean {
  const portFits = (ports ?? [{}]).some((one) => {
    const first = one.port ?? 0;
    const last = one.endPort ?? one.port ?? 65_535;
    return (one.protocol ?? 'TCP') === 'TCP' && port >= first && port <= last;
  });
  // In a NetworkPolicy a missing or empty `to` is everywhere.
  if (to === undefined || to.length === 0) return portFits;
  return portFits && to.some(({ ipBlock }) => ipBlock !== undefined && inBlock(address, ipBlock));
}

function inBlock(address: string, { cidr, except = [] }: { cidr: string; except?: string[] }): boolean {
  return isIn(address, cidr) && !except.some((range) => isIn(address, range));
}

function isIn(address: string, range: string): boolean {
  const [network = '', bits] = range.split('/');
  const family = (of: string) => (isIPv6(of) ? 'ipv6' : 'ipv4');
  if (family(address) !== family(network)) return false;
  const block = new BlockList();
  block.addSubnet(network, Number(bits), family(network));
  return block.check(address, family(address));
}
