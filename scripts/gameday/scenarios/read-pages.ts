import type { NumberView } from '@numfleet/contracts';
import type { Assertion } from '../frame/scenario.ts';
import type { FleetField } from './fleet-field.ts';
import { assertion, crawl, endedPages } from './measure.ts';

/** What was found on each page, by URL: numbers, and how sure the fleet was of them. */
export type NumbersByPage = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Crawls pages, and has their numbers revealed as an operator would. */
export async function readPages(
  { fleet }: Pick<FleetField, 'fleet'>,
  urls: readonly string[],
  region: string | null = null,
): Promise<NumbersByPage> {
  const campaign = await crawl(fleet, urls, { region });
  await endedPages(fleet, campaign, 90_000);
  return byPage(await fleet.api.numbers(campaign, 'game day'));
}

export function byPage(views: readonly NumberView[]): NumbersByPage {
  const pages = new Map<string, Map<string, number>>();
  for (const { number, sightings } of views) {
    for (const { url, confidence } of sightings) {
      const page = pages.get(url) ?? new Map<string, number>();
      pages.set(url, page.set(number, confidence));
    }
  }
  return pages;
}

/** Whether just these numbers came out of these pages. */
export function comesOut(
  name: string,
  wanted: ReadonlyMap<string, readonly string[]>,
  found: NumbersByPage,
): Assertion {
  const tally = { wanted: 0, found: 0, others: 0 };
  for (const [url, numbers] of wanted) {
    const [want, got] = [new Set(numbers), new Set(found.get(url)?.keys())];
    tally.wanted += want.size;
    tally.found += want.intersection(got).size;
    tally.others += got.difference(want).size;
  }
  const holds = tally.found === tally.wanted && tally.others === 0;
  return assertion(name, holds, `${tally.found} of ${tally.wanted} on ${wanted.size} pages, ${tally.others} others`);
}
