import { isIP, isIPv6 } from 'node:net';

export type Host = { kind: 'name'; name: string } | { kind: 'address'; address: string };

/**
 * The one spelling of a host name or IP literal, or null where it is neither. The WHATWG URL parser does the work, so
 * that `0x7f.1`, `2130706433`, `0177.0.0.1`, `[::ffff:7f00:1]` and fullwidth digits become the address that any client
 * would connect to. A trailing dot is dropped.
 */
export function canonicalHost(raw: string): Host | null {
  // These would end the host part early and hide the rest of it from the parser.
  if (raw === '' || /[/\\?#@\s]/.test(raw)) return null;
  const hostname = parseHostname(isIPv6(raw) ? `[${raw}]` : raw);
  if (hostname === null) return null;
  const literal = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  if (isIP(literal) !== 0) return { kind: 'address', address: literal };
  const name = hostname.replace(/\.$/, '');
  return isDnsName(name) ? { kind: 'name', name } : null;
}

function parseHostname(host: string): string | null {
  const url = URL.parse(`http://${host}/`);
  if (url === null || url.port !== '' || url.pathname !== '/') return null;
  // `name:80` parses with an empty port; a port is no part of a host.
  return /:\d*$/.test(host.replace(/^\[.*\]/, '')) ? null : url.hostname;
}

/** RFC 1035 §2.3.4 lengths; underscores do occur in real host names. */
function isDnsName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
}
