import { createUrlCodec } from '@numfleet/privacy';
import { describe, expect, it } from 'vitest';
import { differences, type FoundNumber, type Manifest, score, startSites } from './index.ts';

describe('the score of a crawl', () => {
  it('finds all and nothing wrong where the crawl found what the manifest says', async () => {
    await using sites = await startSites({ extraPages: 10 });
    const rows = score(sites.manifest, perfectCrawl(sites.manifest));
    expect(rows.reduce((sum, row) => sum + row.pages, 0)).toBe(sites.manifest.pages.length);
    expect(rows.every((row) => row.found === row.expected && row.missing === 0 && row.wrong === 0)).toBe(true);
    expect(rows.find(({ kind }) => kind === 'listing')).toMatchObject({ pages: 10, expected: 19 });
  });

  it('counts what is missing, what is found on the wrong page, and what is forbidden', async () => {
    await using sites = await startSites();
    const found = perfectCrawl(sites.manifest).filter(({ number }) => number !== '+441134960101');
    found.push(sighting('+441174960901', 'http://attic.test/'));
    found.push(sighting('+441134960102', 'http://attic.test/'));
    found.push(sighting('+441134960102', 'http://nobody.test/'));
    const rows = score(sites.manifest, found);
    expect(rows.find(({ kind }) => kind === 'script')).toMatchObject({ expected: 12, found: 11, missing: 1, wrong: 0 });
    expect(rows.find(({ kind }) => kind === 'dead-markup')).toMatchObject({ missing: 0, wrong: 2 });
    expect(rows.at(-1)).toMatchObject({ kind: 'unknown page', pages: 0, wrong: 1 });
    expect(differences(sites.manifest, found)).toHaveLength(4);
  });

  it('counts a number that is sighted twice on a page, or at the end of its redirect, once', () => {
    const manifest = tinyManifest('http://a.test/old', ['http://a.test/new']);
    const twice = [sighting('+442079460101', 'http://a.test/old'), sighting('+442079460101', 'http://a.test/new')];
    expect(score(manifest, twice)).toEqual([
      { kind: 'redirect', pages: 1, expected: 1, found: 1, missing: 0, wrong: 0 },
    ]);
  });

  it('knows the pages that carry a number in their address by the form in which the fleet shows them', async () => {
    await using sites = await startSites();
    const { redact } = createUrlCodec({ key: Buffer.alloc(32) });
    const shown = perfectCrawl(sites.manifest).map(({ number, sightings }) => ({
      number,
      sightings: sightings.map(({ url, source }) => ({ url: redact(url), source })),
    }));
    expect(shown.flatMap(({ sightings }) => sightings).filter(({ url }) => url.includes('[phone]'))).toHaveLength(2);
    expect(differences(sites.manifest, shown)).toEqual([]);
  });

  it.each(['http://a.test/caller/[phone]', 'http://a.test/caller/%5Bphone%5D'])('knows %s again', (url) => {
    const manifest = tinyManifest('http://a.test/caller/442079460101', []);
    expect(differences(manifest, [sighting('+442079460101', url)])).toEqual([]);
    expect(differences(manifest, [sighting('+442079460102', url)]).map(({ verdict }) => verdict)).toEqual([
      'missing',
      'wrong',
    ]);
    expect(differences(manifest, [sighting('+442079460101', url.replace('a.test', 'b.test'))])).toHaveLength(2);
  });
});

function perfectCrawl(manifest: Manifest): FoundNumber[] {
  return manifest.pages.flatMap(({ url, expected }) =>
    expected.map(({ number, source }) => ({ number, sightings: [{ url, source }] })),
  );
}

function tinyManifest(url: string, sameAs: string[]): Manifest {
  const expected = [{ number: '+442079460101', source: 'text' as const }];
  return { pages: [{ url, kind: 'redirect', expected, outcome: 'done', sameAs }], forbidden: [] };
}

function sighting(number: string, url: string): FoundNumber {
  return { number, sightings: [{ url, source: 'text' }] };
}
