import { createHmac } from 'node:crypto';

/** Shorter texts are said by many pages: that something was not found, that one is to sign in. */
const leastText = 200;

/**
 * A page's visible text as 16 hex digits, by which pages that say the same are known; null for one that says little. Keyed,
 * since a text may be little more than a number, which could be guessed from a hash (I3).
 */
export function contentKeyOf(text: string | Uint8Array, key: Uint8Array): string | null {
  if (text.length < leastText) return null;
  return createHmac('sha256', key).update('numfleet content v1 ').update(text).digest('hex').slice(0, 16);
}
