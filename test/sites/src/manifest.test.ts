import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoDepth, type Sites, startSites } from './index.ts';
import { maxListings } from './sites/listings.ts';
import { ask } from './testing/ask.ts';

/** Numbers that regulators keep for fiction (Ofcom, NANPA, ACMA, Arcep, Bundesnetzagentur, PTS): nobody's phone rings. */
const keptForFiction = [
  /^\+44(2079460|2890180|1(1[3-8]|[2-6]1|91)4960)\d{3}$/,
  /^\+1\d{3}55501\d\d$/,
  /^\+61([2378](5550|7010)\d{4}|491570(006|156|157|158|159|110))$/,
  /^\+33(19900|26191|35301|46571|53649)\d{4}$/,
  /^\+49(3023125|6990009|4066969|2214710|8999998)\d{3}$/,
  /^\+46(31390060|4062804|8465004|9803192)\d{1,2}$/,
];

describe('the manifest', () => {
  let sites: Sites;
  beforeAll(async () => {
    sites = await startSites({ extraPages: 430, extras: true });
  });
  afterAll(() => sites[Symbol.asyncDispose]());

  const expectedNumbers = () => sites.manifest.pages.flatMap((page) => page.expected.map(({ number }) => number));

  it('holds valid numbers, all of ranges that are kept for fiction', () => {
    const numbers = [...expectedNumbers(), ...sites.manifest.forbidden];
    const invalid = numbers.filter((number) => !parsePhoneNumberFromString(number)?.isValid());
    const somebodys = numbers.filter((number) => !keptForFiction.some((range) => range.test(number)));
    expect({ invalid, somebodys }).toEqual({ invalid: [], somebodys: [] });
  });

  it('forbids no number that it expects, and forbids none twice', () => {
    const expected = new Set(expectedNumbers());
    expect(sites.manifest.forbidden.filter((number) => expected.has(number))).toEqual([]);
    expect(new Set(sites.manifest.forbidden).size).toBe(sites.manifest.forbidden.length);
  });

  it('knows every URL once', () => {
    const urls = sites.manifest.pages.flatMap(({ url, sameAs }) => [url, ...sameAs]);
    expect(new Set(urls).size).toBe(urls.length);
  });

  it('I9: lists exactly the URLs that a crawl of the demo depth comes to know', async () => {
    // `/stores` and `/contact` of the shop are linked by its script, which this crawl does not run.
    const scripted = sites.manifest.pages.filter(({ url }) => /^http:\/\/shop\.test\/./.test(url));
    const known = await crawl(sites, demoDepth);
    expect([...known].toSorted()).toEqual(
      sites.manifest.pages
        .filter((page) => !scripted.includes(page))
        .map(({ url }) => url)
        .toSorted(),
    );
    expect(scripted).toHaveLength(2);
  });

  it('grows by exactly the extra pages that are asked for, each with a number of its own', async () => {
    await using without = await startSites();
    await using withMore = await startSites({ extraPages: 1_000 });
    const added = withMore.manifest.pages.slice(without.manifest.pages.length);
    expect(added).toHaveLength(1_000);
    expect(new Set(added.map(({ expected }) => expected[0]?.number)).size).toBe(1_000);
    await expect(startSites({ extraPages: maxListings + 1 })).rejects.toThrow(RangeError);
  });
});

/** Every URL that is met by following links and redirects of pages that end well, robots.txt aside. */
async function crawl(sites: Sites, maxDepth: number): Promise<Set<string>> {
  const ends = new Map(sites.manifest.pages.map((page) => [page.url, page.outcome]));
  const known = new Set(sites.seeds);
  let frontier = sites.seeds;
  for (let depth = 0; depth <= maxDepth; depth++) {
    const found = await Promise.all(
      frontier.filter((url) => ends.get(url) === 'done').map((url) => linksOf(sites.port, url)),
    );
    frontier = found.flat().filter((url) => !known.has(url));
    for (const url of frontier) known.add(url);
  }
  return known;
}

async function linksOf(port: number, url: string): Promise<string[]> {
  const { status, headers, body } = await ask(port, url, { maxBytes: 100_000 });
  if (headers.location === undefined) {
    return [...body.toString('latin1').matchAll(/<a href="(?!tel:)([^"]*)"/gi)].map(
      ([, href]) => new URL(href ?? '', url).href,
    );
  }
  const target = new URL(headers.location, url).href;
  const staysAtHome = new URL(target).origin === new URL(url).origin;
  return staysAtHome && status < 400 ? linksOf(port, target) : [target];
}
