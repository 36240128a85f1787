import {
  crawledPages,
  type FleetProcess,
  leftovers,
  serviceLogs,
  startFleetUnderTest,
  sumOf,
  until,
} from '@numfleet/e2e';
import { expect, test } from 'vitest';
import {
  expectTheWholeTruth,
  extraPages,
  finished,
  shortLeases,
  startCampaign,
  watchCounts,
} from './src/crawl-demo-web.ts';
import { killAndAwait, victims } from './src/victims.ts';

test('I1, I2, I9, I10: each part is killed with -9 in mid-crawl; it comes back, and the crawl ends as if nothing was', {
  timeout: 240_000,
}, async () => {
  await using fleet = await startFleetUnderTest({ extraPages, env: shortLeases });
  const campaign = await startCampaign(fleet, fleet.sites);
  const counts = watchCounts(fleet.home, campaign);
  const recoveries: string[] = [];
  for (const victim of victims) {
    await untilPagesMove(fleet, campaign);
    const ms = await killAndAwait(victim, fleet);
    recoveries.push(`${victim.name} ${(ms / 1_000).toFixed(1)} s`);
  }
  const began = performance.now();
  await finished(fleet, campaign, 120_000);
  const pages = await crawledPages(fleet.home, campaign);
  const lost = pages.reduce((sum, { workerLosses }) => sum + workerLosses, 0);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.info(`back: ${recoveries.join(', ')}; finished ${seconds} s later; ${lost} attempts lost`);

  const seen = await counts.stop();
  expect(seen.length).toBeGreaterThan(50);
  for (const { discovered, counted, rows } of seen) {
    expect(counted).toEqual(rows);
    expect(sumOf(counted)).toBe(discovered);
  }
  await expectTheWholeTruth(fleet, fleet.sites, campaign);
  const failed = [...(await serviceLogs(fleet.home)).values()].flat().filter(({ event }) => event === 'service.failed');
  expect(fleet.output().match(/ended unasked .*/g), JSON.stringify(failed)).toEqual(
    Array(5).fill('ended unasked (SIGKILL)'),
  );
  for (const { name } of victims.filter(({ supervised }) => supervised)) {
    const life = `${name} started [^]*${name} ended unasked [^]*${name} is started again in \\d+ ms\\n[^]*${name} started `;
    expect(fleet.output()).toMatch(new RegExp(life));
  }

  expect(await fleet.stop('SIGTERM')).toMatchObject({ exitCode: 0 });
  expect(await leftovers(fleet.home)).toEqual({ processes: [], profiles: [] });
  const logs = await serviceLogs(fleet.home);
  for (const [name, lines] of logs) {
    expect(
      lines.findLast(({ event }) => event === 'jobs.accounted'),
      name,
    ).toMatchObject({ difference: 0 });
  }
  const browsers = [...logs.values()].flat().filter(({ event }) => event === 'browser.ended');
  expect(browsers).toContainEqual(expect.objectContaining({ reason: 'crashed' }));
});

/** The crawl is under way, and goes on: more pages have ended, and there are others to come. */
async function untilPagesMove(fleet: FleetProcess, campaign: string): Promise<void> {
  const ended = async () => {
    const status = await fleet.api.status(campaign).catch(() => null);
    if (status === null) return null;
    expect(status.state).toBe('active');
    return { pages: (status.pages.done ?? 0) + (status.pages.failed ?? 0) };
  };
  const before = await until('the console to answer', 30_000, ended);
  await until('pages to end', 60_000, async () => ((await ended())?.pages ?? 0) >= before.pages + 3);
}
