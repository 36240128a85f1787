import { createDoor } from '@numfleet/egress';
import { parseEgressHosts } from '@numfleet/egress/rules';
import { expect, test } from 'vitest';
import { startTiredSite } from './tired-site.ts';

test('the tired host says for how long to leave it alone, in four ways, and counts who does not; others are never tired', async () => {
  await using site = await startTiredSite();
  const hosts = parseEgressHosts(site.egressHosts);
  await using door = createDoor({ hosts, emit() {}, userAgent: 'test', contact: null });
  const ask = async (host: 'tired' | 'lively-1') => {
    const limits = { delayMs: 0, robots: [], maxBytes: 1_024, maxRedirects: 0, accept: '*/*' };
    const at = { deadlineAt: Date.now() + 5_000, signal: AbortSignal.timeout(5_000) };
    const answer = await door.fetchDocument({ url: site.urlOf(host, '/'), ...limits, ...at });
    return { status: 'status' in answer ? answer.status : null, waitMs: answer.retryAfterMs };
  };
  expect(await ask('tired')).toEqual({ status: 200, waitMs: null });
  site.tire();
  expect(await ask('lively-1')).toEqual({ status: 200, waitMs: null });
  const answers = [];
  for (let n = 0; n < 5; n += 1) answers.push(await ask('tired'));
  expect(answers.map(({ status }) => status)).toEqual([200, 429, 429, 503, 200]);
  for (const { waitMs } of answers.slice(0, 4)) {
    expect(waitMs).toBeGreaterThanOrEqual(2_500);
    expect(waitMs).toBeLessThanOrEqual(4_000);
  }
  expect(answers[4]?.waitMs).toBeNull();
  expect(site.seen()).toMatchObject({ requests: 5, refusals: 4, tooEarly: 4 });
});
