import { expect, inject, test } from 'vitest';
import { sendMixedLoad } from '../testing/mixed-load.ts';
import { spawnConsole } from '../testing/spawn-console.ts';

const mebibyte = 1_024 * 1_024;

test('200 requests a second, good and hostile, get no 5xx, and memory stays flat', async () => {
  await using spawned = await spawnConsole(inject('postgresUrl'));
  const created = await fetch(`${spawned.origin}/api/v1/campaigns`, {
    method: 'POST',
    headers: { authorization: `Bearer ${spawned.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ purpose: 'test', seeds: ['http://load.test/'] }),
  });
  const { campaign } = (await created.json()) as { campaign: string };
  // Fills caches and has the code compiled.
  await sendMixedLoad(spawned, { perSecond: 200, requests: 300, campaign });
  const before = await spawned.look();
  const report = await sendMixedLoad(spawned, { perSecond: 200, requests: 1_000, campaign });
  const after = await spawned.look();

  expect(report.broken).toBe(0);
  expect(Object.keys(report.statuses).filter((status) => status >= '500')).toEqual([]);
  // What was good was answered, and what was hostile refused, each by its own status.
  expect(Object.keys(report.statuses)).toEqual(
    expect.arrayContaining(['200', '400', '401', '404', '405', '413', '415']),
  );
  expect(report.statuses['200']).toBeGreaterThan(250);
  expect(Object.keys(after.events).filter((event) => event.endsWith('.failed') || event === 'queue.error')).toEqual([]);
  expect(after.held - before.held).toBeLessThan(8 * mebibyte);
  expect(Math.max(...report.rss)).toBeLessThan(512 * mebibyte);
}, 90_000);
