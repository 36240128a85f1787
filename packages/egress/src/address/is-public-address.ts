import ipaddr from 'ipaddr.js';

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Whether an IP address, as canonicalHost or DNS gives it, is public unicast: neither private, loopback, link-local
 * (cloud metadata), carrier-grade NAT, multicast, documentation, benchmarking nor reserved (IANA's special-purpose registries).
 * Every IPv6 form that carries an IPv4 address (mapped, compatible, 6to4, Teredo) is refused, whatever it carries: no
 * honest name resolves to one. NAT64's well-known prefix is the exception, since behind DNS64 all IPv4 hosts have it.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address) || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast';
  if (parsed.match(nat64)) return ipaddr.fromByteArray(parsed.toByteArray().slice(12)).range() === 'unicast';
  // ipaddr.js calls all that it has no range for "unicast", which is more than IANA has given out.
  return parsed.match(globalUnicast) && parsed.range() === 'unicast';
}
