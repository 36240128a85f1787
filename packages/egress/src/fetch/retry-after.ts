import { parseHttpDate } from './http-date.ts';
import { fromRemainingAndReset } from './rate-limit-dialects.ts';
import { decimal, fromRateLimitFields } from './rate-limit-fields.ts';

/** A host cannot ask to be left alone for longer than this; contracts bound `retryAfterMs` alike. */
const longestMs = 86_400_000;

/**
 * How long the host wants to be left alone, in ms from `now` (epoch ms), at most 24 h; null when it did not say.
 * Reads Retry-After (RFC 9110 §10.2.3) of any answer but a success, and the rate-limit headers once nothing remains:
 * `RateLimit` (draft-ietf-httpapi-ratelimit-headers) and the older ones. What is no number or date, is negative or is
 * too long to be one says nothing. Where several are given, the longest counts.
 *
 * @param headers by lower-case name
 */
export function retryAfterOf(headers: Record<string, string>, status: number, now: number): number | null {
  const waits = [
    status >= 300 ? fromRetryAfter(headers['retry-after'], now) : null,
    fromRateLimitFields(headers.ratelimit, headers['ratelimit-policy']),
    fromRemainingAndReset(headers, status, now),
  ].filter((wait) => wait !== null);
  if (waits.length === 0) return null;
  return Math.min(Math.max(0, ...waits), longestMs);
}

function fromRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  const seconds = decimal(value);
  if (seconds !== null) return Math.round(seconds * 1_000);
  const date = parseHttpDate(value.trim(), now);
  return date === null ? null : Math.max(0, date - now);
}
