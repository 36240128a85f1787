import type { FleetEvent } from '@numfleet/contracts';
import { describe, type ExpectStatic, test } from 'vitest';
import type { RenderOutcome } from './index.ts';
import { type BrowserLab, createBrowserLab } from './testing/browser-lab.ts';

const timeout = 60_000;

// They wait most of their time. Of those that run at the same time, each has its own `expect`.
describe.concurrent('a browser is replaced', () => {
  test.for([
    ['by its age', { recycleAfterMs: 1_000 }, 'recycled'],
    ['by the memory of all its processes', { recycleAboveBytes: 1_000_000 }, 'outgrown'],
  ] as const)('%s, once its pages are done', { timeout }, async ([_, limits, reason], { expect }) => {
    await using lab = await createBrowserLab(
      (_request, response) => void setTimeout(() => response.end('late'), 3_500),
      limits,
    );
    const [first] = (await lab.pool.state()).browsers;
    const slow = lab.show(
      '<body><script>fetch("/slow").then(r => r.text()).then(t => document.body.append(t))</script>',
    );
    await expect.poll(async () => (await lab.pool.state()).browsers[0]?.retired, { timeout: 10_000 }).toBe(true);
    // It drains: its page goes on, and the next one has another browser.
    expect((await lab.show('<p>next</p>')).kind).toBe('rendered');
    expect(await slow).toMatchObject({ kind: 'rendered', html: expect.stringContaining('late') });
    await expect
      .poll(() => lab.events, { timeout: 5_000 })
      .toContainEqual({ type: 'browser.ended', pid: first?.pid, reason });
    expect(lab.events.filter(({ type }) => type === 'browser.hung')).toEqual([]);
  });
});

test.concurrent('what the processes of browsers use is told (G43)', { timeout }, async ({ expect }) => {
  await using lab = await createBrowserLab();
  const serving = expect.objectContaining({
    type: 'browsers.measured',
    state: 'serving',
    processes: expect.any(Number),
  });
  await expect.poll(() => lab.events, { timeout: 8_000 }).toContainEqual(serving);
  const [told] = lab.events.filter((event) => event.type === 'browsers.measured' && event.state === 'serving');
  expect(told).toMatchObject({ processes: expect.any(Number), rssBytes: expect.any(Number) });
  expect(told?.type === 'browsers.measured' && told.processes).toBeGreaterThan(2);
  expect(told?.type === 'browsers.measured' && told.rssBytes).toBeGreaterThan(50 * 1024 ** 2);
  expect(told?.type === 'browsers.measured' && told.cpuSeconds).toBeGreaterThan(0);
});

test.concurrent('browsers that crash one after the other are braked: told, not well, and started again in the end', {
  timeout,
}, async ({ expect }) => {
  const events: FleetEvent[] = [];
  const whilePaused: unknown[] = [];
  const emit = (event: FleetEvent) => {
    events.push(event);
    if (event.type === 'browser.paused') whilePaused.push(event, lab.pool.health());
  };
  await using lab = await createBrowserLab(undefined, { emit });
  for (let crashes = 1; crashes <= 3; crashes += 1) {
    expect(whilePaused).toEqual([]);
    expect(lab.pool.health()).toEqual({ ok: true });
    for (const { pid } of (await lab.pool.state()).browsers) process.kill(pid, 'SIGKILL');
    await expect
      .poll(() => events.filter(({ type }) => type === 'browser.ended').length, { timeout: 10_000 })
      .toBe(crashes);
    // A short pause is waited for.
    expect((await lab.show('<p>x</p>')).kind).toBe('rendered');
  }
  expect(whilePaused).toEqual([
    { type: 'browser.paused', crashes: 3, inMs: 1_000 },
    { ok: false, reason: expect.any(String) },
  ]);
  expect(lab.pool.health()).toEqual({ ok: true });
});

test.concurrent('browsers that crash after they have served pages are not braked', { timeout }, async ({ expect }) => {
  await using lab = await createBrowserLab();
  for (let crashes = 1; crashes <= 3; crashes += 1) {
    for (let pages = 0; pages < 20; pages += 4) {
      await Promise.all(Array.from({ length: 4 }, () => lab.show('<p>x</p>')));
    }
    for (const { pid } of (await lab.pool.state()).browsers) process.kill(pid, 'SIGKILL');
    await expect
      .poll(() => lab.events.filter(({ type }) => type === 'browser.ended').length, { timeout: 10_000 })
      .toBe(crashes);
  }
  expect(lab.events.filter(({ type }) => type === 'browser.paused')).toEqual([]);
  expect(lab.pool.health()).toEqual({ ok: true });
});

test.concurrent('in a long pause a page is told at once that there is no browser', { timeout }, async ({ expect }) => {
  const executablePath = '/usr/bin/false';
  const broken = { executablePath, libraryPath: null, kind: 'headless-shell', version: '1.2.3.4' } as const;
  await using lab = await createBrowserLab(undefined, { chromium: broken, isCold: true });
  const shown: RenderOutcome[] = [];
  for (let page = 0; page < 5; page += 1) shown.push(await lab.show('<p>x</p>'));
  expect(shown).toEqual(shown.map(() => ({ kind: 'failed', code: 'browser-missing' })));
  const paused = lab.events.flatMap((event) => (event.type === 'browser.paused' ? [event.inMs] : []));
  expect(paused).toEqual([1_000, 2_000, 4_000]);
  const { ms } = await timed(lab, expect);
  expect(ms).toBeLessThan(2_000);
});

async function timed(lab: BrowserLab, expect: ExpectStatic) {
  const start = performance.now();
  expect(await lab.show('<p>x</p>')).toEqual({ kind: 'failed', code: 'browser-missing' });
  return { ms: performance.now() - start };
}
