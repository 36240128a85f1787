import { connect, crawledPages, type FleetProcess, type PageCounts, readPageCounts, until } from '@numfleet/e2e';
import { demoDepth, differences, type Sites } from '@numfleet/sites';
import { expect } from 'vitest';

/** Leases that run out soon after the death of their worker. */
export const shortLeases = { NUMFLEET_LEASE_GRACE_MS: '2000' };

/** Two directories of 60 pages make the crawl last half a minute at this pace. */
export const extraPages = 120;
const delayMs = 400;

export async function startCampaign(fleet: FleetProcess, sites: Sites): Promise<string> {
  return await fleet.api.createCampaign({
    name: 'chaos',
    purpose: 'test of what dies in mid-crawl',
    seeds: sites.seeds,
    depth: demoDepth,
    delayMs,
    retentionDays: 1,
  });
}

/** Waits for the end of a campaign although the console or Postgres may be gone for a while. */
export async function finished(fleet: FleetProcess, campaign: string, withinMs: number): Promise<void> {
  const isFinished = async () => (await fleet.api.status(campaign).catch(() => null))?.state === 'finished';
  await until('the campaign to be finished', withinMs, isFinished, 250);
}

/** Looks at a campaign's counts again and again, whenever Postgres lets it; gives all that it saw when it is stopped. */
export function watchCounts(home: string, campaign: string): { stop(): Promise<PageCounts[]> } {
  const stopped = new AbortController();
  const seen: PageCounts[] = [];
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      try {
        await using truth = await connect(home, 'numfleet');
        while (!stopped.signal.aborted) {
          seen.push(await readPageCounts(truth, campaign));
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await watching;
      return seen;
    },
  };
}

/** I2, I9: every page of the manifest is there once and ended as it should; every number once where it is, no other. */
export async function expectTheWholeTruth(fleet: FleetProcess, sites: Sites, campaign: string): Promise<void> {
  const pages = await crawledPages(fleet.home, campaign);
  const ended = pages.map(({ url, state, code }) => ({ url, state, code }));
  const expected = sites.manifest.pages.map(({ url, outcome, code = null }) => ({ url, state: outcome, code }));
  const byUrl = (a: { url: string }, b: { url: string }) => (a.url < b.url ? -1 : 1);
  expect(ended.toSorted(byUrl)).toEqual(expected.toSorted(byUrl));

  const numbers = await fleet.api.numbers(campaign, 'comparing with the manifest');
  expect(differences(sites.manifest, numbers)).toEqual([]);
  expect(new Set(numbers.map(({ number }) => number)).size).toBe(numbers.length);
  await using truth = await connect(fleet.home, 'numfleet');
  const twice = await truth.query(
    `select blind_index, page_id, source from sightings where campaign_id = $1
     group by blind_index, page_id, source having count(*) > 1`,
    [campaign],
  );
  expect(twice).toEqual([]);
  expect(await truth.query('select queue, code from dead_letters')).toEqual([]);
}
