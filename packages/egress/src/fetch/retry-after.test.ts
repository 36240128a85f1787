import { expect, test } from 'vitest';
import { retryAfterOf } from '../index.ts';

const now = Date.UTC(1994, 10, 6, 8, 49, 37);
const inSeconds = (seconds: number) => String(now / 1_000 + seconds);
const day = 86_400_000;

test.each<[Record<string, string>, number, number | null]>([
  // Retry-After, RFC 9110 §10.2.3
  [{ 'retry-after': '120' }, 429, 120_000],
  [{ 'retry-after': '0' }, 503, 0],
  [{ 'retry-after': ' 1.5 ' }, 503, 1_500],
  [{ 'retry-after': '7' }, 302, 7_000],
  [{ 'retry-after': '7' }, 403, 7_000],
  [{ 'retry-after': '7' }, 200, null],
  [{ 'retry-after': '99999999' }, 429, day],
  [{ 'retry-after': '-5' }, 429, null],
  [{ 'retry-after': '1e9' }, 429, null],
  [{ 'retry-after': 'soon' }, 429, null],
  [{ 'retry-after': 'Sun, 06 Nov 1994 08:50:37 GMT' }, 429, 60_000],
  [{ 'retry-after': 'Sunday, 06-Nov-94 08:50:37 GMT' }, 429, 60_000],
  [{ 'retry-after': 'Sun Nov  6 08:50:37 1994' }, 429, 60_000],
  [{ 'retry-after': 'Sun, 06 Nov 1994 08:40:37 GMT' }, 429, 0],
  // More than fifty years ahead is a year of the past.
  [{ 'retry-after': 'Sunday, 06-Nov-70 08:50:37 GMT' }, 429, 0],
  [{ 'retry-after': 'Sunday, 06-Nov-30 08:50:37 GMT' }, 429, day],
  [{ 'retry-after': 'Sun, 06 Nov 1994 08:50:37 PST' }, 429, null],
  [{ 'retry-after': 'Sun, 06 Foo 1994 08:50:37 GMT' }, 429, null],
  [{ 'retry-after': '1994-11-06' }, 429, null],
  // X-RateLimit: seconds from now, epoch seconds, epoch milliseconds
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }, 200, 30_000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(45) }, 200, 45_000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now + 2_000) }, 200, 2_000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(-45) }, 200, 0],
  [{ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '30' }, 200, null],
  [{ 'x-ratelimit-reset': '30' }, 429, 30_000],
  [{ 'x-ratelimit-remaining': '0' }, 200, null],
  // the drafts of RateLimit
  [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '9' }, 200, 9_000],
  [{ ratelimit: 'limit=100, remaining=0, reset=30' }, 200, 30_000],
  [{ ratelimit: 'limit=100, remaining=5, reset=30' }, 200, null],
  [{ ratelimit: '"default";r=0;t=30' }, 200, 30_000],
  [{ ratelimit: '"burst";r=0;t=3, "daily";r=0;t=300, "spare";r=9;t=900' }, 200, 300_000],
  [{ ratelimit: '"default";r=50;t=30' }, 200, null],
  // a quota that is spent and does not say until when: its window
  [{ ratelimit: '"hour";r=0', 'ratelimit-policy': '"hour";q=100;w=3600, "day";q=500;w=86400' }, 200, 3_600_000],
  [{ ratelimit: '"hour";r=0', 'ratelimit-policy': '"day";q=500;w=86400' }, 200, null],
  [{ ratelimit: '"default";r=0;t=1.5' }, 429, 1_500],
  // Twitter, GitLab, Discord, and those who write a date
  [{ 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': inSeconds(900) }, 200, 900_000],
  [{ 'ratelimit-remaining': '0', 'ratelimit-resettime': 'Sun, 06 Nov 1994 08:50:37 GMT' }, 200, 60_000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(999), 'x-ratelimit-reset-after': '1.5' }, 200, 1_500],
  [{ 'x-ratelimit-remaining': '0.0', 'x-ratelimit-reset': '40' }, 200, 40_000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'Sun, 06 Nov 1994 08:50:37 GMT' }, 200, 60_000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1994-11-06T08:50:37Z' }, 200, 60_000],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1994-11-06T09:50:37+01:00' }, 200, 60_000],
  // values that lie are bounded, or say nothing
  ...['-30', 'Infinity', 'NaN', '1e400', '0x10', '', '9'.repeat(400)].map(
    (reset): [Record<string, string>, number, null] => [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset, ratelimit: `"default";r=0;t=${reset}` },
      429,
      null,
    ],
  ),
  [{ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, 503, day],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9999-12-31T23:59:59Z' }, 200, day],
  [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '253402300799000' }, 200, day],
  [{ ratelimit: '"default";r=0;t=999999999999999' }, 200, day],
  [{ ratelimit: `"default";r=0;t=30${', "x";r=0;t=1'.repeat(100)}` }, 200, null],
  // the longest counts
  [{ 'retry-after': '5', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '60' }, 429, 60_000],
  [{}, 429, null],
])('I11: %j with status %i asks for %s ms', (headers, status, expected) => {
  expect(retryAfterOf(headers, status, now)).toBe(expected);
});
