import { createHmac, createSecretKey } from 'node:crypto';
import { NumfleetError, pageKeyBytes } from '@numfleet/contracts';
import { normaliseUrl } from './normalise-url.ts';

/**
 * Gives a page the key under which it is known, 16 bytes of HMAC-SHA-256 of its normalised URL, so that the keys of a
 * stolen database tell no URL. A sitemap that speaks for a host has one of its own: it is another document than the page that
 * may be met at that URL, or the sitemap for another host. Throws `url-unsupported` for a URL that has no normal form.
 */
export function createPageKeyer(given: { key: Uint8Array }): (url: string, speaksFor?: string) => Buffer {
  // Given as bytes, Node sets it up anew each time: 11 µs an address instead of 2.
  const key = createSecretKey(given.key);
  return (url, speaksFor) => {
    const normal = normaliseUrl(url);
    if (normal === null) throw new NumfleetError('url-unsupported', 'Not an http or https URL that can be kept.');
    const document = speaksFor === undefined ? normal : `sitemap ${speaksFor} ${normal}`;
    return createHmac('sha256', key).update(document).digest().subarray(0, pageKeyBytes);
  };
}
