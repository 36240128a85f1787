import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { abandonOnAbort, createDeadline, createTaskScope, sleep, withDeadline } from './index.ts';

const never = () => new Promise<never>(() => {});

describe('deadlines', () => {
  it('I6: work that does not cooperate is left at its deadline', async () => {
    const startedAt = performance.now();
    await expect(withDeadline(never, 50, { code: 'render-timeout' })).rejects.toMatchObject({ code: 'render-timeout' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('I6: work is told by its signal', async () => {
    const told = Promise.withResolvers<void>();
    const work = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => told.resolve());
      return never();
    };
    await expect(withDeadline(work, 20)).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await told.promise;
  });

  it('gives the value of work that is in time, and its own error', async () => {
    expect(await withDeadline(async () => 7, 1_000)).toBe(7);
    await expect(withDeadline(async () => Promise.reject(new Error('mine')), 1_000)).rejects.toThrow('mine');
  });

  it("ends with the parent's reason when the parent ends first", async () => {
    const parent = new AbortController();
    const waiting = withDeadline(never, 10_000, { signal: parent.signal });
    parent.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    using late = createDeadline(10_000, { signal: parent.signal });
    expect(late.signal.aborted).toBe(true);
  });

  it('keeps no timer once it is given back', async () => {
    let signal: AbortSignal;
    {
      using deadline = createDeadline(20);
      signal = deadline.signal;
      expect(deadline.remainingMs()).toBeGreaterThan(0);
    }
    await delay(60);
    expect(signal.aborted).toBe(false);
  });

  it('drops what abandoned work throws later', async () => {
    const controller = new AbortController();
    const work = delay(30).then(() => Promise.reject(new Error('too late to matter')));
    const waiting = abandonOnAbort(work, controller.signal);
    controller.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    await delay(60); // An unhandled rejection would fail the run.
  });

  it('sleep ends with its signal', async () => {
    await expect(sleep(10_000, AbortSignal.timeout(20))).rejects.toThrow();
  });
});

describe('task scopes', () => {
  function scopeWith(overrides: { graceMs?: number } = {}) {
    const errors: string[] = [];
    const abandoned: string[] = [];
    const scope = createTaskScope({
      graceMs: overrides.graceMs ?? 1_000,
      onError: (name) => errors.push(name),
      onAbandoned: (names) => abandoned.push(...names),
    });
    return { scope, errors, abandoned };
  }

  it('I10: disposing aborts its tasks and waits for them', async () => {
    const { scope, abandoned, errors } = scopeWith();
    let ended = false;
    scope.run('waits', async (signal) => {
      await sleep(60_000, signal).catch(() => {});
      ended = true;
    });
    expect(scope.alive()).toEqual(['waits']);
    await scope[Symbol.asyncDispose]();
    expect({ ended, abandoned, errors, alive: scope.alive() }).toEqual({
      ended: true,
      abandoned: [],
      errors: [],
      alive: [],
    });
  });

  it('I10: a task that ignores its signal is named, not waited for', async () => {
    const { scope, abandoned } = scopeWith({ graceMs: 30 });
    scope.run('stubborn', never);
    await scope[Symbol.asyncDispose]();
    expect(abandoned).toEqual(['stubborn']);
  });

  it('hears of a task that fails, and starts none once it has ended', async () => {
    const { scope, errors } = scopeWith();
    scope.run('fails', async () => Promise.reject(new Error('no')));
    await delay(5);
    expect(errors).toEqual(['fails']);
    await scope[Symbol.asyncDispose]();
    expect(() => scope.run('late', never)).toThrow();
  });
});
