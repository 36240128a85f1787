/** A host cannot ask to be left alone for longer than this; contracts bound `retryAfterMs` alike. */
const longestMs = 86_400_000;

/**
 * How long the host wants to be left alone, in ms from `now` (epoch ms), at most 24 h; null when it did not say.
 * Reads Retry-After (RFC 9110 §10.2.3) of any answer but a success, and the rate-limit headers once nothing remains:
 * `RateLimit` (draft-ietf-httpapi-ratelimit-headers), its earlier `RateLimit-Remaining`/`-Reset`, and the `X-` ones.
 * Where several are given, the longest counts.
 *
 * @param headers by lower-case name
 */
export function retryAfterOf(headers: Record<string, string>, status: number, now: number): number | null {
  const waits = [
    status >= 300 ? fromRetryAfter(headers['retry-after'], now) : null,
    fromRateLimit(headers.ratelimit),
    fromRemainingAndReset(headers, 'ratelimit-', status, now),
    fromRemainingAndReset(headers, 'x-ratelimit-', status, now),
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

/** `"default";r=0;t=30`, several with commas, or the older `limit=100, remaining=0, reset=30`. */
function fromRateLimit(value: string | undefined): number | null {
  if (value === undefined || value.length > 1_000) return null;
  const older = spentReset(value.split(','), 'remaining', 'reset');
  const policies = value.split(',').map((policy) => spentReset(policy.split(';'), 'r', 't'));
  const waits = [older, ...policies].filter((wait) => wait !== null);
  return waits.length === 0 ? null : Math.max(...waits);
}

function spentReset(parameters: string[], remainingKey: string, resetKey: string): number | null {
  const values = new Map(parameters.map((parameter) => splitOnce(parameter)));
  const reset = decimal(values.get(resetKey));
  return decimal(values.get(remainingKey)) === 0 && reset !== null ? Math.round(reset * 1_000) : null;
}

function splitOnce(parameter: string): [string, string] {
  const equals = parameter.indexOf('=');
  return [parameter.slice(0, equals).trim().toLowerCase(), parameter.slice(equals + 1)];
}

function fromRemainingAndReset(
  headers: Record<string, string>,
  prefix: 'ratelimit-' | 'x-ratelimit-',
  status: number,
  now: number,
): number | null {
  const reset = decimal(headers[`${prefix}reset`]);
  const spent = decimal(headers[`${prefix}remaining`]) === 0 || status === 429;
  return spent && reset !== null ? untilReset(reset, now) : null;
}

/** No standard says what the number is. By its size: seconds from now, else an epoch in seconds, else one in ms. */
function untilReset(reset: number, now: number): number {
  if (reset < 1e8) return Math.round(reset * 1_000);
  return Math.max(0, Math.round(reset < 1e11 ? reset * 1_000 : reset) - now);
}

function decimal(value: string | undefined): number | null {
  const text = value?.trim() ?? '';
  return /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : null;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The three forms of RFC 9110 §5.6.7. `Date.parse` takes the third for local time and much else for a date. */
const httpDates = [
  /^[A-Za-z]{3}, (?<day>\d{2}) (?<month>[A-Za-z]{3}) (?<year>\d{4}) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) GMT$/,
  /^[A-Za-z]{6,9}, (?<day>\d{2})-(?<month>[A-Za-z]{3})-(?<year>\d{2}) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) GMT$/,
  /^[A-Za-z]{3} (?<month>[A-Za-z]{3}) (?<day>[ \d]\d) (?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2}) (?<year>\d{4})$/,
];

function parseHttpDate(text: string, now: number): number | null {
  const parts = httpDates.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return null;
  const month = months.indexOf(parts.month ?? '');
  const year = fullYear(parts.year ?? '', now);
  const epochMs = Date.UTC(year, month, Number(parts.day), Number(parts.h), Number(parts.m), Number(parts.s));
  return month === -1 || Number.isNaN(epochMs) ? null : epochMs;
}

/** A two-digit year is the one nearest: never more than 50 years ahead (RFC 9110 §5.6.7). */
function fullYear(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  if (year > thisYear + 50) return year - 100;
  return year < thisYear - 50 ? year + 100 : year;
}
