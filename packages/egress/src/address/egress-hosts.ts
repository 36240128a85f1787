import { isIP } from 'node:net';
import { NumfleetError } from '@numfleet/contracts';
import { canonicalHost } from './canonical-host.ts';

export interface EgressTarget {
  address: string;
  port: number;
}

export interface EgressHosts {
  /** Where every port of this canonical host name is to be found, or null where the host has no entry. */
  targetOf(host: string): EgressTarget | null;
}

/**
 * Reads NUMFLEET_EGRESS_HOSTS: `shop.test=127.0.0.1:8080,*.demo.test=[::1]:8081`. The one way to reach an address that
 * is not public. `*.` stands for any number of labels; an exact entry goes before a wildcard, a longer wildcard before a
 * shorter one. Targets are IP addresses: a name would have to be resolved again.
 * @throws NumfleetError `config-invalid`
 */
export function parseEgressHosts(text: string): EgressHosts {
  const entries = new Map<string, EgressTarget>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const { pattern, target } = parseEntry(entry);
    if (entries.has(pattern)) throw invalid(entry, 'names its host a second time');
    entries.set(pattern, target);
  }
  return { targetOf: (host) => lookUp(entries, host) };
}

function lookUp(entries: Map<string, EgressTarget>, host: string): EgressTarget | null {
  const exact = entries.get(host);
  if (exact !== undefined) return exact;
  for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
    const wildcard = entries.get(`*${host.slice(dot)}`);
    if (wildcard !== undefined) return wildcard;
  }
  return null;
}

function parseEntry(entry: string): { pattern: string; target: EgressTarget } {
  const [left, right, ...rest] = entry.split('=').map((side) => side.trim());
  if (left === undefined || right === undefined || rest.length > 0) throw invalid(entry, 'is not host=address:port');
  return { pattern: parsePattern(entry, left), target: parseTarget(entry, right) };
}

function parsePattern(entry: string, pattern: string): string {
  const wildcard = pattern.startsWith('*.');
  const host = canonicalHost(wildcard ? pattern.slice(2) : pattern);
  if (host === null) throw invalid(entry, 'does not begin with a host name');
  if (host.kind === 'name') return wildcard ? `*.${host.name}` : host.name;
  if (wildcard) throw invalid(entry, 'has a wildcard before an address');
  return host.address;
}

function parseTarget(entry: string, target: string): EgressTarget {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[^:]+)):(?<port>\d{1,5})$/.exec(target);
  const address = match?.groups?.v6 ?? match?.groups?.v4 ?? '';
  const port = Number(match?.groups?.port);
  if (isIP(address) === 0 || !(port >= 1 && port <= 65_535)) {
    throw invalid(entry, 'does not end with an IP address and a port, as in 127.0.0.1:8080 or [::1]:8080');
  }
  return { address, port };
}

function invalid(entry: string, what: string): NumfleetError {
  return new NumfleetError(
    'config-invalid',
    `NUMFLEET_EGRESS_HOSTS: the entry "${entry}" ${what}; expected a list such as shop.test=127.0.0.1:8080,*.demo.test=127.0.0.1:8081`,
  );
}
