/** Octets that stand for themselves in a path or pattern: RFC 3986's unreserved and reserved characters, and `%`. */
const raw = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/g;
const escaped = /%[0-9a-f]{2}/gi;
const unreserved = /[A-Za-z0-9\-._~]/;

/**
 * Percent-encodes what may not stand raw and writes escapes in upper case (RFC 9309 §2.2.2). Takes octets, one a
 * character, or a URL that is ASCII already.
 */
export function escapeOctets(octets: string): string {
  return octets.replace(raw, escapeOctet).replace(escaped, (triplet) => triplet.toUpperCase());
}

/** The same, with the escapes of unreserved characters undone, so that `%7Ejoe` and `~joe` are one. */
export function normaliseOctets(octets: string): string {
  return escapeOctets(octets).replace(escaped, (triplet) => {
    const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return unreserved.test(character) ? character : triplet;
  });
}

/** `%C3` of the one character `Ã` that stands for the octet. */
export function escapeOctet(octet: string): string {
  return `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
