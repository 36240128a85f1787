import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, demoEnvironment, leftovers, readPageCounts, startFleetProcess, until } from '@numfleet/e2e';
import { startSites } from '@numfleet/sites';
import { expect, test } from 'vitest';
import { expectTheWholeTruth, extraPages, finished, shortLeases, startCampaign } from './src/crawl-demo-web.ts';

test('I1, I10: the supervisor is killed with -9 in mid-crawl; all ends with it, and the next start goes on', {
  timeout: 240_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'numfleet-chaos-'));
  stack.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const sites = stack.use(await startSites({ extraPages }));
  const env = { ...demoEnvironment, ...shortLeases };
  const start = async () => stack.use(await startFleetProcess({ home, egressHosts: sites.egressHosts, env }));

  const first = await start();
  const campaign = await startCampaign(first, sites);
  await until('pages done, pages leased, and browsers', 60_000, async () => {
    const { pages } = await first.api.status(campaign);
    const { profiles } = await leftovers(home);
    return (pages.done ?? 0) >= 20 && (pages.leased ?? 0) >= 3 && profiles.length >= 2;
  });
  const alive = (await leftovers(home)).processes.length;
  expect(alive).toBeGreaterThan(15);
  expect(await first.stop('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
  const killed = performance.now();
  await until('the last process to end', 10_000, async () => (await leftovers(home)).processes.length === 0);
  const seconds = (performance.now() - killed) / 1_000;

  const restarted = performance.now();
  const second = await start();
  const back = (performance.now() - restarted) / 1_000;
  await finished(second, campaign, 120_000);
  console.info(`${alive} processes gone in ${seconds.toFixed(1)} s; back in ${back.toFixed(1)} s`);
  await expectTheWholeTruth(second, sites, campaign);
  await using truth = await connect(home, 'numfleet');
  const { counted, rows, discovered } = await readPageCounts(truth, campaign);
  expect(counted).toEqual(rows);
  expect(discovered).toBe(sites.manifest.pages.length);

  expect(await second.stop('SIGTERM')).toMatchObject({ exitCode: 0 });
  expect(await leftovers(home)).toEqual({ processes: [], profiles: [] });
});
