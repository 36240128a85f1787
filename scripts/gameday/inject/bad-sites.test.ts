import { createDoor, type Door } from '@numfleet/egress';
import { parseEgressHosts } from '@numfleet/egress/rules';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BadSite, type BadSites, startBadSites } from './bad-sites.ts';

let sites: BadSites;
let door: Door;

beforeEach(async () => {
  sites = await startBadSites();
  door = createDoor({ hosts: parseEgressHosts(sites.egressHosts), emit() {}, userAgent: 'test', contact: null });
});
afterEach(async () => {
  await door[Symbol.asyncDispose]();
  await sites[Symbol.asyncDispose]();
});

/** As the fleet fetches, within half a second. */
const fetchFrom = (site: BadSite) => {
  const deadline = AbortSignal.timeout(500);
  const limits = { delayMs: 0, robots: [], maxBytes: 2 ** 20, maxRedirects: 5, accept: '*/*' };
  return door.fetchDocument({ ...limits, url: sites.urlOf(site), deadlineAt: Date.now() + 500, signal: deadline });
};

describe('what the fleet sees of a site', () => {
  test.each<[BadSite, object]>([
    ['plain', { kind: 'document', truncated: false }],
    ['two-gigabytes', { kind: 'document', truncated: true }],
    ['endless', { kind: 'document', truncated: true }],
    ['gzip-bomb', { kind: 'document', truncated: true }],
    ['drip', { kind: 'failed', code: 'fetch-timeout' }],
    ['header-flood', { kind: 'failed', code: 'head-too-large' }],
    ['redirect-loop', { kind: 'failed', code: 'too-many-redirects' }],
  ])('%s', async (site, outcome) => {
    expect(await fetchFrom(site)).toMatchObject(outcome);
    expect(sites.asked(site)).toBeGreaterThan(0);
    await expect.poll(() => sites.open(site)).toBe(0);
  });
});

test('a connection counts as open for as long as it is', async () => {
  const abort = new AbortController();
  const asked = fetch(`http://127.0.0.1:${sites.port}/`, { headers: { host: 'drip.test' }, signal: abort.signal });
  const socketless = await asked.then((response) => response.body?.getReader().read());
  expect(socketless).toBeDefined();
  abort.abort();
  await expect.poll(() => sites.open('drip')).toBe(0);
});
