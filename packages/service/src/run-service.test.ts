import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Line {
  event?: string;
  [key: string]: unknown;
}

const script = fileURLToPath(new URL('./testing/small-service.ts', import.meta.url));

/** A real process, since what is tested is how it ends. */
function start(behaviour: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, behaviour], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NUMFLEET_LIFELINE_STDIN: '1',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  const waiting = new Map<string, PromiseWithResolvers<Line>>();
  createInterface(child.stdout).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    waiting.get(line.event ?? '')?.resolve(line);
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const exited = once(child, 'exit').then(([exitCode]) => exitCode as number | null);
  return {
    child,
    exited,
    lines,
    errors: () => errors,
    event(name: string): Promise<Line> {
      const seen = lines.find((line) => line.event === name);
      if (seen) return Promise.resolve(seen);
      const waiter = waiting.get(name) ?? Promise.withResolvers<Line>();
      waiting.set(name, waiter);
      return waiter.promise;
    },
  };
}

async function admin(service: ReturnType<typeof start>, path: string): Promise<[number, string]> {
  const { adminPort } = await service.event('service.started');
  const response = await fetch(`http://127.0.0.1:${adminPort}${path}`);
  return [response.status, await response.text()];
}

describe.concurrent('the life of a service', () => {
  it('serves its admin port, drains on SIGTERM, and accounts for its jobs (I9, I10)', async () => {
    const service = start('well');
    await service.event('service.ready');
    expect(await admin(service, '/livez')).toEqual([200, 'ok\n']);
    expect(await admin(service, '/readyz')).toEqual([200, 'ok\n']);
    expect((await admin(service, '/metrics'))[1]).toContain('numfleet_');
    expect(await admin(service, '/held?x=1')).toEqual([200, '{"jobs":1}\n']);
    expect((await admin(service, '/elsewhere'))[0]).toBe(404);
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(await service.event('jobs.accounted')).toMatchObject({ taken: 3, difference: 0 });
    expect(await service.event('service.stopped')).toMatchObject({ reason: 'SIGTERM', exitCode: 0 });
  });

  it('is not ready until it says so, with the reason', async () => {
    const service = start('unready');
    await service.event('service.ready');
    expect(await admin(service, '/readyz')).toEqual([503, 'not yet\n']);
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(0);
  });

  it('reports itself when it is ready, with the same figures as its metrics', async () => {
    const service = start('well');
    const { report } = await service.event('reported');
    expect(report).toEqual({
      name: 'small',
      app: 'crawler',
      startedAt: expect.any(Number),
      at: expect.any(Number),
      ...{ jobsInFlight: 1, capacity: 4, taken: 3, ended: 2 },
      rssBytes: expect.any(Number),
      ...{ browsers: 2, browserPages: 3, sandboxed: true },
    });
    const { at, startedAt } = report as { at: number; startedAt: number };
    expect(Math.abs(Date.now() - at)).toBeLessThan(5_000);
    expect(at - startedAt).toBeGreaterThan(0);
    const metrics = (await admin(service, '/metrics'))[1];
    expect(metrics).toMatch(/^numfleet_jobs_in_flight\{queue="crawl",service="small"\} 1$/m);
    expect(metrics).toMatch(/^numfleet_browsers_running\{service="small"\} 2$/m);
    expect(metrics).toMatch(/^numfleet_browser_sandboxed\{service="small"\} 1$/m);
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(0);
  });

  it('goes on where its reports do not get through, and says so', async () => {
    const service = start('unheard');
    expect(await service.event('loop.failed')).toMatchObject({ loop: 'report-worker' });
    expect(await admin(service, '/readyz')).toEqual([200, 'ok\n']);
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(0);
  });

  it('gives back at the end of its drain time what it could not finish', async () => {
    const service = start('slow', { NUMFLEET_DRAIN_MS: '200' });
    await service.event('service.ready');
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(await service.event('jobs.accounted')).toMatchObject({
      endings: { done: 2, 'given-back': 1 },
      difference: 0,
    });
  });

  it('SIGTERM twice means now', async () => {
    const service = start('slow', { NUMFLEET_DRAIN_MS: '60000' });
    await service.event('service.ready');
    service.child.kill('SIGTERM');
    await service.event('service.draining');
    await delay(600);
    const startedAt = performance.now();
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('I6, I9: a drain that ignores its signal is left, and what is missing shows', async () => {
    const service = start('stubborn', { NUMFLEET_DRAIN_MS: '100' });
    await service.event('service.ready');
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(await service.event('jobs.accounted')).toMatchObject({ taken: 3, difference: 1 });
  });

  it('I10: a way out that hangs is left with a code that says so', async () => {
    const service = start('never-gives-back', { NUMFLEET_DRAIN_MS: '0' });
    await service.event('service.ready');
    service.child.kill('SIGTERM');
    expect(await service.exited).toBe(1);
  });

  it.each(['throws-later', 'fails-later', 'fails-to-start'])(
    'I10: %s → a logged reason and exit code 1',
    async (behaviour) => {
      const service = start(behaviour);
      expect(await service.exited).toBe(1);
      expect(await service.event('service.failed')).toMatchObject({ code: 'internal-error' });
      expect(await service.event('service.stopped')).toMatchObject({ reason: 'failed: internal-error', exitCode: 1 });
    },
  );

  it('I10: ends by itself when its owner is gone', async () => {
    const service = start('well');
    await service.event('service.ready');
    service.child.stdin.destroy();
    expect(await service.exited).toBe(1);
    expect(await service.event('service.stopped')).toMatchObject({ reason: 'the owner of this process is gone' });
  });

  it('a wrong setting stops the start with one line that names it', async () => {
    const service = start('well', { NUMFLEET_CRAWLERS: 'many' });
    expect(await service.exited).toBe(1);
    expect(service.errors()).toMatch(/^numfleet: error \[config-invalid\] NUMFLEET_CRAWLERS: .*"many".*\n$/);
    expect(service.lines).toEqual([]);
  });

  it('an admin port that is taken is an error of its own', async () => {
    const first = start('well');
    const { adminPort } = await first.event('service.started');
    const second = start('well', { NUMFLEET_ADMIN_PORT: String(adminPort) });
    expect(await second.exited).toBe(1);
    expect(await second.event('service.failed')).toMatchObject({ code: 'port-in-use' });
    first.child.kill('SIGTERM');
    await first.exited;
  });
});
