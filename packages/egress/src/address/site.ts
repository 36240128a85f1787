import { getDomain } from 'tldts';

/**
 * The domain that someone registered: `shop.co.uk` of `www.shop.co.uk`, by the public suffix list with its private part,
 * so that two users of `github.io` are two sites. A host without one (an address, `localhost`) stands for itself.
 */
export function registrableDomain(host: string): string {
  return getDomain(host, { allowPrivateDomains: true }) ?? host;
}

/** Whether two absolute http(s) URLs have the same scheme, host and port. */
export function sameOrigin(a: string, b: string): boolean {
  return new URL(a).origin === new URL(b).origin;
}
