import { type Sites, startSites } from '@numfleet/sites';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNumfleet, expectNothingLeft, type Numfleet, refusal } from './testing/numfleet.ts';

let sites: Sites;
let numfleet: Numfleet;
beforeAll(async () => {
  sites = await startSites();
  const env = { NUMFLEET_EGRESS_HOSTS: sites.egressHosts, NUMFLEET_RETRY_BACKOFF_MS: '100' };
  numfleet = await createNumfleet({ env });
});
afterAll(async () => {
  await numfleet[Symbol.asyncDispose]();
  await sites[Symbol.asyncDispose]();
});

const crawl = (url: string) => ['crawl', url, '--purpose', 'a test', '--delay', '0', '--wait'];

test('crawl --wait --json runs a fleet, prints one summary, exits 0 where no page failed, and leaves nothing', async () => {
  const { exitCode, stdout, stderr } = await numfleet.run([...crawl('http://harbour-bakery.test'), '--json']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(stdout)).toEqual({
    campaign: '1',
    name: 'unnamed',
    purpose: 'a test',
    state: 'finished',
    discovered: 2,
    pages: { queued: 0, leased: 0, done: 2, failed: 0, excluded: 0 },
    excludedOverflow: 0,
    numbers: 5,
    sightings: 5,
    seconds: expect.any(Number),
    everySeconds: null,
    nextVisitAt: null,
  });
  await expectNothingLeft(numfleet.home);
});

test('crawl --wait exits 3 where a page failed, and says on stderr how the fleet comes up', async () => {
  const { exitCode, stdout, stderr } = await numfleet.run(crawl('http://paperwork.test'));
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(/^Campaign 2 finished in .* 1 done, 1 failed, 0 excluded; 1 numbers, 1 sightings\.\n$/);
  expect(stderr).toMatch(/scheduler started \(pid \d+\)\n/);
});

test('I11: a public host without NUMFLEET_CONTACT is refused, and no campaign is made of it', async () => {
  const run = await numfleet.run([...crawl('http://example.com/'), '--json']);
  expect(run).toEqual(refusal('contact-missing', 2));
  expect(run.stderr).toContain('NUMFLEET_CONTACT');
});

test('where no fleet runs, what is stored can be looked at all the same', async () => {
  const { exitCode, stdout, stderr } = await numfleet.run(['status', '--json']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { campaign: '2', state: 'finished', pages: { done: 1, failed: 1 } },
    { campaign: '1', state: 'finished', pages: { done: 2, failed: 0 } },
  ]);
  await expectNothingLeft(numfleet.home);
});

test('the demo finds all that is there and nothing else, says so in a table, and ends with --exit', async () => {
  await using demo = await createNumfleet();
  const { exitCode, stdout } = await demo.run(['demo', '--exit']);
  expect(exitCode).toBe(0);
  const all = /│ all +│(.*)│\n/.exec(stdout)?.[1] ?? '';
  const [pages, expected, found, missing, wrong] = all.split('│').map(Number);
  expect({ missing, wrong }).toEqual({ missing: 0, wrong: 0 });
  expect(pages).toBeGreaterThan(70);
  expect(found).toBe(expected);
  await expectNothingLeft(demo.home);
});
