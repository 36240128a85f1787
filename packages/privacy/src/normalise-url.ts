import { withoutVisit } from './without-visit.ts';

const maxLength = 2_048;
/** A longer input is not even parsed: tabs and newlines, which the URL standard drops, could make it endless. */
const maxInputLength = 4 * maxLength;

/**
 * One spelling for one page: the URL as WHATWG's standard serialises it, without fragment and credentials, with
 * unreserved characters percent-decoded and other escapes in upper case (RFC 3986 §6.2.2), and without what tells visits
 * apart and not pages: parameters of click tracking, session ids. Idempotent; never throws.
 * Null for what is no http or https URL, or is longer than 2,048 characters.
 */
export function normaliseUrl(input: string, base?: string): string | null {
  if (input.length > maxInputLength) return null;
  const url = URL.parse(input, base);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null;
  // Each of these serialises the URL anew, and most have none.
  if (url.href.includes('#')) url.hash = '';
  if (url.username !== '') url.username = '';
  if (url.password !== '') url.password = '';
  const href = settle(url.href);
  return href === null || href.length > maxLength ? null : href;
}

/** Decoding may uncover another escape (`%%34%31`), a dot segment or a session id, so it is repeated; each round is shorter. */
function settle(href: string): string | null {
  const decoded = href.replace(/%[0-9a-f]{2}/gi, decodeUnreserved);
  const kept = withoutVisit(decoded);
  if (kept === href) return href;
  const parsed = URL.parse(kept)?.href ?? null;
  return parsed === null || parsed === href ? parsed : settle(parsed);
}

function decodeUnreserved(encoded: string): string {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded.toUpperCase();
}
