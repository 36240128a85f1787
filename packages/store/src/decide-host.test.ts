import { describe, expect, it } from 'vitest';
import { decideHost as decide, type HostClock, type HostEvidence } from './decide-host.ts';
import { retryPolicy } from './retry-policy.ts';

const start = Date.UTC(2026, 10, 23);
const at = (seconds: number) => new Date(start + seconds * 1_000);
const fresh: HostClock = {
  lastRequestedAt: null,
  notBefore: null,
  failures: 0,
  failedAt: null,
  delayMs: 0,
  latencyMs: null,
  breaker: 'closed',
  breakerReason: null,
  troubledSince: null,
  underWay: 0,
};

/** A result that is committed as soon as its job has ended. */
const decideHost = (clock: HostClock, evidence: Omit<HostEvidence, 'finishedAt'>, now: Date) =>
  decide(clock, { ...evidence, finishedAt: now }, now).clock;

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

describe('G15: a breaker', () => {
  const verdict = (clock: HostClock, evidence: Partial<HostEvidence>, seconds: number) =>
    decide(
      clock,
      { requestedAt: at(seconds), finishedAt: at(seconds), code: null, retryAfterMs: null, ...evidence },
      at(seconds),
    );
  const said = (seconds: number) => ({ code: 'throttled' as const, retryAfterMs: seconds * 1_000 });

  it('opens at a refusal, and closes at the answer of the probe alone', () => {
    const open = verdict({ ...fresh, underWay: 0 }, said(30), 0).clock;
    expect(open).toMatchObject({
      breaker: 'open',
      breakerReason: 'throttled',
      notBefore: at(30),
      troubledSince: at(0),
    });
    // One that was under way when it opened says nothing of what comes after.
    const late = verdict({ ...open, underWay: 1 }, {}, 1);
    expect(late).toMatchObject({ clock: { breaker: 'open', notBefore: at(30), underWay: 0 }, whileOpen: false });
    const probed = verdict({ ...open, breaker: 'half-open' }, {}, 30);
    expect(probed.clock).toMatchObject({ breaker: 'closed', breakerReason: null, troubledSince: null });
  });

  it('opens without trouble where a good answer allows no other', () => {
    const { clock, refused } = verdict(fresh, { retryAfterMs: 5_000 }, 0);
    expect(refused).toBe('spent');
    expect(clock).toMatchObject({ breaker: 'open', breakerReason: 'spent', failures: 0, troubledSince: null });
  });

  it('says so when a request started before its time', () => {
    const open = verdict(fresh, said(30), 0).clock;
    expect(verdict(open, {}, 10).whileOpen).toBe(true);
    expect(verdict({ ...open, breaker: 'half-open' }, {}, 28).whileOpen).toBe(true);
    expect(verdict({ ...open, breaker: 'half-open' }, {}, 30).whileOpen).toBe(false);
    expect(verdict({ ...open, underWay: 2 }, {}, 10).whileOpen).toBe(false);
    expect(verdict(open, { requestedAt: null }, 10).whileOpen).toBe(false);
  });

  it('believes a host that names times, until it keeps refusing at them', () => {
    let clock = fresh;
    const waits: number[] = [];
    let now = 0;
    for (let refusal = 0; refusal < 12; refusal += 1) {
      clock = verdict({ ...clock, breaker: refusal === 0 ? 'closed' : 'half-open' }, said(1), now).clock;
      waits.push(waitOf(clock, now));
      now += waitOf(clock, now);
    }
    expect(waits).toEqual([1, 1, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
    expect(clock.troubledSince).toEqual(at(0));
  });

  it('leaves a host alone that answers with block pages: 10 minutes, an hour, six', () => {
    let clock = fresh;
    let now = 0;
    const waits = Array.from({ length: 4 }, () => {
      clock = verdict({ ...clock, breaker: 'half-open' }, { code: 'blocked' }, now).clock;
      const wait = waitOf(clock, now);
      now += wait;
      return wait / 60;
    });
    expect(waits).toEqual([10, 60, 360, 1_440]);
    expect(clock.breakerReason).toBe('blocked');
  });
});

describe('the latency of a host', () => {
  const after = (latencyMs: number | null, sample: number | undefined, code: HostEvidence['code'] = null) =>
    decideHost({ ...fresh, latencyMs }, { requestedAt: at(0), code, retryAfterMs: null, latencyMs: sample }, at(1))
      .latencyMs;

  it('follows what is seen, slowly, and errors only upwards', () => {
    expect([after(null, 400), after(400, 800), after(400, 200), after(400, undefined)]).toEqual([400, 500, 350, 400]);
    expect(after(400, 4, 'http-client-error')).toBe(400);
    expect(after(null, 4, 'http-server-error')).toBeNull();
    expect(after(400, 8_000, 'http-server-error')).toBe(2_300);
  });
});

describe('I7: a request is dated by its worker', () => {
  it.each([
    ['as reported, where its clock agrees', { requested: 5, finished: 9.5 }, 5],
    ['by how long ago it was, where its clock is ahead', { requested: 65, finished: 69 }, 6],
    ['by how long ago it was, where its clock is behind', { requested: -55, finished: -51 }, 6],
    ['never into the future', { requested: 99, finished: 10 }, 10],
  ])('%s', (_name, { requested, finished }, dated) => {
    const evidence = { requestedAt: at(requested), finishedAt: at(finished), code: null, retryAfterMs: null };
    expect(decide(fresh, evidence, at(10)).clock.lastRequestedAt).toEqual(at(dated));
  });
});
