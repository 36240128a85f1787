import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoDepth, differences, startSites } from '@numfleet/sites';
import { expect, test } from 'vitest';
import { crawledPages, demoEnvironment, leftovers, serviceLogs, startFleetProcess, until } from './src/index.ts';

const parts = [
  /main\.ts up$/,
  /apps\/crawler/,
  /bin\/postgres /,
  /^postgres: checkpointer/,
  /--type=renderer/,
  /guard\.sh watching/,
];

test('I1, I9, I10: after SIGTERM in mid-crawl nothing is left, and the next start goes on where it was', {
  timeout: 150_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const home = await realpath(await mkdtemp(join(tmpdir(), 'numfleet-restart-')));
  stack.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const sites = stack.use(await startSites());
  const start = async () =>
    stack.use(await startFleetProcess({ home, egressHosts: sites.egressHosts, env: demoEnvironment }));

  const first = await start();
  const campaign = await first.api.createCampaign({
    name: 'interrupted',
    purpose: 'test of a restart',
    seeds: sites.seeds,
    depth: demoDepth,
    delayMs: 0,
    hostConcurrency: 4,
    retentionDays: 1,
  });
  // Negative control of `leftovers`: it finds a fleet that lives, with its browsers and Postgres' own children.
  const doneBefore = await until('a fleet in mid-crawl, all of whose processes are found', 30_000, async () => {
    const { pages } = await first.api.status(campaign);
    const { processes, profiles } = await leftovers(home);
    const isWhole = parts.every((part) => processes.some(({ command }) => part.test(command)));
    const isMidCrawl = (pages.done ?? 0) >= 10 && (pages.leased ?? 0) >= 3;
    return isWhole && isMidCrawl && profiles.length >= 2 && pages.done;
  });

  const exit = await first.stop('SIGTERM');
  expect(exit).toMatchObject({ exitCode: 0, signal: null });
  expect(await leftovers(home)).toEqual({ processes: [], profiles: [] });
  const accounts = [...(await serviceLogs(home)).values()].map((lines) =>
    lines.findLast(({ event }) => event === 'jobs.accounted'),
  );
  expect(accounts).toHaveLength(5);
  for (const account of accounts) expect(account).toMatchObject({ difference: 0 });

  const restarted = performance.now();
  const second = await start();
  expect((await second.api.status(campaign)).pages.done).toBeGreaterThanOrEqual(doneBefore);
  const { state } = await second.api.finished(campaign, { withinMs: 90_000 });
  expect(state).toBe('finished');
  console.info(
    `stopped in ${exit.seconds.toFixed(1)} s; done ${(performance.now() - restarted).toFixed(0)} ms after the next start`,
  );
  const pages = await crawledPages(home, campaign);
  expect(pages.map(({ url }) => url).toSorted()).toEqual(sites.manifest.pages.map(({ url }) => url).toSorted());
  const outcomes = new Map(pages.map(({ url, state }) => [url, state]));
  expect(sites.manifest.pages.filter(({ url, outcome }) => outcomes.get(url) !== outcome)).toEqual([]);
  expect(differences(sites.manifest, await second.api.numbers(campaign, 'comparing with the manifest'))).toEqual([]);
  expect(await second.stop('SIGTERM')).toMatchObject({ exitCode: 0 });
  expect(await leftovers(home)).toEqual({ processes: [], profiles: [] });
});
