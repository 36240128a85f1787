import { expect, test } from 'vitest';
import { type ClaimedPage, changeLimits, claimPages, readFrontierFigures } from './index.ts';
import { answerRobots, offer } from './testing/test-database.ts';
import { endPage, openTestStores, startCampaign } from './testing/test-stores.ts';

const { scheduler, sink, console } = await openTestStores();
let clock = Date.parse('2026-11-23T10:00:00Z');
const now = () => new Date(clock);

const claim = () => claimPages(scheduler, { now: now(), window: 1_000, leaseMs: 90_000 });
const hostsOf = (jobs: readonly { origin: string }[]) => jobs.map(({ origin }) => new URL(origin).host.split('.')[0]);

/** Claims, and answers what robots files are asked for. */
async function claimAnswering(address?: string): Promise<ClaimedPage[]> {
  const { pages, robots } = await claim();
  for (const one of robots) await answerRobots(sink, one, now(), address === undefined ? {} : { address });
  return pages;
}

test('I7: of a domain with more hosts than a claim looks at, two have leases; the others keep nobody from his turn', async () => {
  const seeds = Array.from({ length: 600 }, (_, n) => offer(`http://h${n}.many.test/`));
  const id = await startCampaign(console, seeds, now(), { delayMs: 0, domainConcurrency: 2 });
  expect(hostsOf((await claim()).robots)).toEqual(['h0', 'h1']);
  clock += 1;
  await startCampaign(console, [offer('http://other.test/')], now(), { delayMs: 0 });
  const { robots } = await claim();
  expect(hostsOf(robots)).toEqual(['other']);
  expect(await readFrontierFigures(scheduler, { now: now() })).toMatchObject({ claimable: 0, leasedRobots: 3 });
  const limits = { domainConcurrency: 4 };
  await console.transaction((tx) => changeLimits(tx, { campaignId: id, limits, actor: 'test', now: now() }));
  expect(hostsOf((await claim()).robots)).toEqual(['h10', 'h100']);
  const lifted = { domainConcurrency: null };
  await console.transaction((tx) => changeLimits(tx, { campaignId: id, limits: lifted, actor: 'test', now: now() }));
  for (let claims = 0, asked = 4; asked < 600; claims += 1) {
    expect(claims).toBeLessThan(5);
    asked += (await claim()).robots.length;
  }
});

test('I7: whoever waits has his turn in the order of waiting, and no host keeps its slot for ever', async () => {
  const paths = Array.from({ length: 6 }, (_, n) => offer(`http://a.turns.test/${n}`));
  const others = [offer('http://b.turns.test/'), offer('http://c.turns.test/')];
  const settings = { delayMs: 0, hostConcurrency: 2, domainConcurrency: 1 };
  await startCampaign(console, [...paths, ...others], now(), settings);
  for (let robots = 0; robots < 3; robots += 1) {
    clock += 10;
    expect(await claimAnswering()).toEqual([]);
  }
  const served: string[] = [];
  const underWay: ClaimedPage[] = [];
  while (served.length < 8) {
    clock += 10;
    underWay.push(...(await claimAnswering()));
    expect(new Set(hostsOf(underWay)).size).toBe(1);
    served.push(hostsOf(underWay)[0] ?? '');
    await endPage(sink, underWay.shift(), now());
  }
  // Each time that one of a's first two ends, its next would fill the slot, were nobody waiting.
  expect(served.join('')).toBe('aabcaaaa');
});

test('I7: what the strictest campaign says holds for all: its page waits where others have more hosts of the domain busy', async () => {
  const settings = { delayMs: 0, hostConcurrency: 2 };
  await startCampaign(console, [offer('http://p.strict.test/'), offer('http://q.strict.test/')], now(), settings);
  expect(await claimAnswering()).toEqual([]);
  const underWay = await claimAnswering();
  expect(hostsOf(underWay).toSorted()).toEqual(['p', 'q']);
  await startCampaign(console, [offer('http://p.strict.test/2')], now(), { ...settings, domainConcurrency: 1 });
  expect(await claimAnswering()).toEqual([]);
  for (const page of underWay) await endPage(sink, page, now());
  expect(hostsOf(await claimAnswering())).toEqual(['p']);
});

test('I7: hosts at one address share its slots once the address is known', async () => {
  const seeds = ['http://one.test/', 'http://two.test/', 'http://far.test/'].map((url) => offer(url));
  await startCampaign(console, seeds, now(), { delayMs: 0, addressConcurrency: 1 });
  const { robots } = await claim();
  expect(hostsOf(robots).toSorted()).toEqual(['far', 'one', 'two']);
  for (const one of robots) {
    await answerRobots(sink, one, now(), { address: hostsOf([one])[0] === 'far' ? '192.0.2.9' : '192.0.2.1' });
  }
  const { pages } = await claim();
  expect(hostsOf(pages).toSorted()).toEqual(['far', 'one']);
  expect(await claimAnswering()).toEqual([]);
  await endPage(
    sink,
    pages.find((page) => hostsOf([page])[0] === 'one'),
    now(),
  );
  expect(hostsOf(await claimAnswering())).toEqual(['two']);
});
