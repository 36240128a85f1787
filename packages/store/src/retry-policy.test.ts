import { describe, expect, it } from 'vitest';
import { decideHost, type HostClock, retryPolicy } from './retry-policy.ts';

const start = Date.UTC(2026, 10, 23);
const at = (seconds: number) => new Date(start + seconds * 1_000);
const fresh: HostClock = { lastRequestedAt: null, notBefore: null, failures: 0, failedAt: null, delayMs: 0 };

function fail(clock: HostClock, requested: number, ended: number): HostClock {
  return decideHost(clock, { requestedAt: at(requested), code: 'fetch-timeout', retryAfterMs: null }, at(ended));
}

const waitOf = (clock: HostClock, seconds: number) =>
  Math.max(0, (clock.notBefore?.getTime() ?? 0) - at(seconds).getTime()) / 1_000;

describe('a host that fails', () => {
  it('is backed off from after some failures in a row, each time longer, up to a bound', () => {
    let clock = fresh;
    const waits: number[] = [];
    let now = 0;
    for (let failure = 0; failure < 9; failure += 1) {
      now += waitOf(clock, now);
      clock = fail(clock, now, now + 30);
      now += 30;
      waits.push(waitOf(clock, now));
    }
    expect(waits).toEqual([0, 0, 5, 20, 80, 320, 600, 600, 600]);
    expect(clock.failures).toBe(9);
  });

  it('is asked afresh by who comes back to it after it was left alone', () => {
    let clock = fresh;
    for (const second of [0, 31, 62]) clock = fail(clock, second, second + 30);
    expect(waitOf(clock, 92)).toBe(5);
    // Within twice the wait it is the same streak; long after, a new one.
    expect(fail(clock, 97, 127).failures).toBe(4);
    const later = fail(clock, 300, 330);
    expect(later.failures).toBe(1);
    expect(waitOf(later, 330)).toBe(0);
  });

  it('whose delay is long is not taken for one left alone', () => {
    let clock: HostClock = { ...fresh, delayMs: 60_000 };
    for (const second of [0, 60, 120]) clock = fail(clock, second, second + 5);
    expect(clock.failures).toBe(3);
  });

  it('is well again with the first answer', () => {
    const clock = fail(fail(fresh, 0, 1), 1, 2);
    expect(decideHost(clock, { requestedAt: at(2), code: null, retryAfterMs: null }, at(3)).failures).toBe(0);
  });

  it('that asked to be left alone is, whatever came before', () => {
    const clock = decideHost(fresh, { requestedAt: at(0), code: 'throttled', retryAfterMs: 120_000 }, at(1));
    expect(waitOf(clock, 1)).toBe(120);
    expect(retryPolicy.hostFailures).toBeGreaterThan(1);
  });
});
