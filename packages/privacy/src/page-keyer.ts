import { createHmac } from 'node:crypto';
import { NumfleetError } from '@numfleet/contracts';
import { normaliseUrl } from './normalise-url.ts';

/**
 * Gives a page the key under which it is known, 32 bytes: HMAC-SHA-256 of its normalised URL, so that the keys of a
 * stolen database tell no URL. Throws `url-unsupported` for a URL that has no normal form.
 */
export function createPageKeyer({ key }: { key: Uint8Array }): (url: string) => Buffer {
  return (url) => {
    const normal = normaliseUrl(url);
    if (normal === null) throw new NumfleetError('url-unsupported', 'Not an http or https URL that can be kept.');
    return createHmac('sha256', key).update(normal).digest();
  };
}
