import { fleetView } from '@numfleet/contracts';
import { createPhoneNumber } from '@numfleet/privacy/phone-number';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startTestConsole, type TestConsole } from '../testing/test-console.ts';

let operated: TestConsole;

beforeAll(async () => {
  operated = await startTestConsole(inject('postgresUrl'));
});

afterAll(() => operated[Symbol.asyncDispose]());

const look = async () => {
  operated.pass(1_000);
  const answer = await operated.ask('GET', '/api/v1/fleet');
  expect(answer.status).toBe(200);
  return { text: answer.text, view: fleetView.strict().parse(answer.json()) };
};

test('a fleet without campaigns is an empty view', async () => {
  const { view } = await look();
  expect(view).toMatchObject({ campaigns: [], hosts: [], hostsTotal: 0, findings: [], queueBackend: 'postgres' });
  // A queue that takes its time to be connected is left out meanwhile.
  await expect
    .poll(async () => (await look()).view.queues.map(({ queue, waiting }) => [queue, waiting]), { timeout: 20_000 })
    .toEqual([
      ['crawl', 0],
      ['results', 0],
    ]);
});

test('hosts show their clocks, and how many pages wait', async () => {
  await operated.campaign(['http://polite.test/a', 'http://polite.test/b'], { delayMs: 60_000 });
  await operated.crawl([]);
  const { view } = await look();
  const at = Date.parse(view.hosts[0]?.lastRequestAt ?? '');
  expect(view.hosts).toEqual([
    {
      origin: 'http://polite.test',
      state: 'waiting',
      queued: 2,
      leased: 0,
      delayMs: 60_000,
      lastRequestAt: new Date(at).toISOString(),
      nextRequestAt: new Date(at + 60_000).toISOString(),
      failureStreak: 0,
    },
  ]);
  expect(view.hostsTotal).toBe(1);
  operated.pass(60_000);
  expect((await look()).view.hosts[0]).toMatchObject({ state: 'ready', nextRequestAt: null });
});

test('I3: the last findings are masked and their URLs redacted', async () => {
  const campaign = await operated.campaign(['http://found.test/tel/02079460958']);
  await operated.crawl([createPhoneNumber('+442079460958')]);
  const { text, view } = await look();
  expect(view.findings).toContainEqual({
    number: '+44•••••••58',
    region: 'GB',
    type: 'fixed_line',
    campaign,
    url: 'http://found.test/tel/[phone]',
    at: expect.stringMatching(/Z$/),
    source: 'text',
    label: null,
  });
  expect(text).not.toContain('794609');
});

test('many who ask within a second are answered from one reading', async () => {
  operated.pass(1_000);
  const before = await look();
  await operated.campaign(['http://later.test/']);
  const [one, two] = [await operated.ask('GET', '/api/v1/fleet'), await operated.ask('GET', '/api/v1/fleet')];
  expect([one.text, two.text]).toEqual([before.text, before.text]);
  expect((await look()).view.campaigns.length).toBe(before.view.campaigns.length + 1);
});
