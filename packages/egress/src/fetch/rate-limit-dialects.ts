import { parseHttpDate } from './http-date.ts';
import { decimal } from './rate-limit-fields.ts';

type Headers = Record<string, string>;

/**
 * Families of headers that came before the draft, by how their names begin: GitHub, Reddit and most others; Twitter;
 * GitLab and the early drafts.
 */
const prefixes = ['x-ratelimit-', 'x-rate-limit-', 'ratelimit-'];

/**
 * How long to wait by `…Remaining` and `…Reset`, ms; null where something remains or the reset is not told. A 429 says
 * that nothing does, whatever the header. What the reset is counted in, no standard says: see `untilReset`.
 */
export function fromRemainingAndReset(headers: Headers, status: number, now: number): number | null {
  const waits = prefixes
    .filter((prefix) => decimal(headers[`${prefix}remaining`]) === 0 || status === 429)
    .map((prefix) => resetOf(headers, prefix, now))
    .filter((wait) => wait !== null);
  return waits.length === 0 ? null : Math.max(...waits);
}

function resetOf(headers: Headers, prefix: string, now: number): number | null {
  // Discord: seconds from now, beside an epoch that may be of another clock than ours.
  const after = decimal(headers[`${prefix}reset-after`]);
  if (after !== null) return Math.round(after * 1_000);
  const reset = headers[`${prefix}reset`];
  const number = decimal(reset);
  if (number !== null) return untilReset(number, now);
  // GitLab names the date apart.
  return untilDate(reset, now) ?? untilDate(headers[`${prefix}resettime`], now);
}

/** By its size: seconds from now, else an epoch in seconds, else one in ms. */
function untilReset(reset: number, now: number): number {
  if (reset < 1e8) return Math.round(reset * 1_000);
  return Math.max(0, Math.round(reset < 1e11 ? reset * 1_000 : reset) - now);
}

const isoDate = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** An HTTP date or one of RFC 3339. */
function untilDate(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? '';
  const at = isoDate.test(text) ? Date.parse(text) : parseHttpDate(text, now);
  return at === null || Number.isNaN(at) ? null : Math.max(0, at - now);
}
