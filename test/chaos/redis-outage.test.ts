import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  connect,
  demoEnvironment,
  type FleetProcess,
  serviceLogs,
  startFleetProcess,
  sumOf,
  until,
} from '@numfleet/e2e';
import { createTestFront, hasRedis, startTestRedis } from '@numfleet/queue/testing';
import { startSites } from '@numfleet/sites';
import { afterEach, expect, test } from 'vitest';
import { expectTheWholeTruth, extraPages, finished, startCampaign, watchCounts } from './src/crawl-demo-web.ts';

const outageMs = 15_000;
const stack = new AsyncDisposableStack();
afterEach(() => stack.disposeAsync(), 60_000);

test.runIf(hasRedis)(
  'I1, I9: Redis is killed for 15 s, emptied, moved to another port, and replaced by another: nothing is lost, and work goes on within 30 s of each',
  { timeout: 300_000 },
  async () => {
    const redis = stack.use(await startTestRedis());
    const front = stack.use(await createTestFront(redis.url));
    const sites = stack.use(await startSites({ extraPages }));
    const home = await mkdtemp(join(tmpdir(), 'numfleet-redis-outage-'));
    stack.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
    // A lease outlasts its job by longer than the outage, so that a result need not be given up in it.
    const env = { ...demoEnvironment, NUMFLEET_LEASE_GRACE_MS: '18000' };
    const start = (url: string) =>
      startFleetProcess({ egressHosts: sites.egressHosts, home, env: { ...env, REDIS_URL: url } });

    const fleet = stack.use(await start(front.url));
    const campaign = await startCampaign(fleet, sites);
    const counts = watchCounts(home, campaign);
    const resumed: string[] = [];
    const resumes = async (after: string, then: FleetProcess = fleet) => {
      const backAt = performance.now();
      await untilPagesEnd(then, campaign, 30_000);
      resumed.push(`${after} ${((performance.now() - backAt) / 1_000).toFixed(1)} s`);
    };
    await untilPagesEnd(fleet, campaign, 60_000);

    await redis.kill();
    await delay(outageMs);
    expect(await pagesWith(home, 'worker_losses > 0')).toBe(0);
    await redis.restart();
    await resumes('killed');

    await redis.command('FLUSHALL');
    await resumes('emptied');

    await redis.restart({ port: 'another' });
    front.pointTo(redis.url);
    await resumes('moved');

    expect(await fleet.stop('SIGTERM')).toMatchObject({ exitCode: 0 });
    const other = stack.use(await startTestRedis());
    const second = stack.use(await start(other.url));
    await resumes('replaced', second);

    const began = performance.now();
    await finished(second, campaign, 150_000);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.info(`pages ended again: ${resumed.map((one) => `${one} after`).join(', ')}; finished ${seconds} s later`);

    const seen = await counts.stop();
    expect(seen.length).toBeGreaterThan(50);
    for (const { discovered, counted, rows } of seen) {
      expect(counted).toEqual(rows);
      expect(sumOf(counted)).toBe(discovered);
    }
    await expectTheWholeTruth(second, sites, campaign);
    expect(await other.command('KEYS', '*')).toEqual(expect.arrayContaining(['numfleet:crawl:meta']));
    expect(await second.stop('SIGTERM')).toMatchObject({ exitCode: 0 });
    for (const [name, lines] of await serviceLogs(home)) {
      const account = lines.findLast(({ event }) => event === 'jobs.accounted');
      expect(account, name).toMatchObject({ difference: 0 });
    }
  },
);

/** Pages end, and more than those that may have been on their way already. */
async function untilPagesEnd(fleet: FleetProcess, campaign: string, withinMs: number): Promise<void> {
  const ended = async () => {
    const { state, pages } = await fleet.api.status(campaign);
    expect(state).toBe('active');
    return { pages: (pages.done ?? 0) + (pages.failed ?? 0) };
  };
  const before = await ended();
  await until('pages to end', withinMs, async () => (await ended()).pages >= before.pages + 5);
}

async function pagesWith(home: string, condition: string): Promise<number> {
  await using truth = await connect(home, 'numfleet');
  return (await truth.query(`select from pages where ${condition}`)).length;
}
