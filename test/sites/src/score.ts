import type { Manifest, ManifestPage } from './manifest.ts';
import { type PageKind, pageKinds } from './site.ts';

/** What `numbers --format jsonl --reveal` prints, as far as it is scored. */
export type FoundNumber = { number: string; sightings: { url: string; source: string }[] };

export type ScoreRow = {
  kind: PageKind | 'unknown page';
  pages: number;
  /** Numbers on pages: the same number on two pages counts twice. */
  expected: number;
  found: number;
  missing: number;
  /** Found where it is not; on a page that the manifest does not know, under the kind `unknown page`. */
  wrong: number;
};

/** One disagreement of a crawl with the manifest. Holds a plain number: for tests to look at, not to be logged. */
export type Difference = { verdict: 'missing' | 'wrong'; number: string; url: string; kind: ScoreRow['kind'] };

/** Scores a crawl: a row for each kind that has pages or findings, in the order of `pageKinds`. */
export function score(manifest: Manifest, found: FoundNumber[]): ScoreRow[] {
  const differing = differences(manifest, found);
  return [...pageKinds, 'unknown page' as const]
    .map((kind) => {
      const pages = manifest.pages.filter((page) => page.kind === kind);
      const expected = pages.reduce((sum, page) => sum + page.expected.length, 0);
      const count = (verdict: Difference['verdict']) =>
        differing.filter((difference) => difference.kind === kind && difference.verdict === verdict).length;
      const missing = count('missing');
      return { kind, pages: pages.length, expected, found: expected - missing, missing, wrong: count('wrong') };
    })
    .filter((row) => row.pages > 0 || row.wrong > 0);
}

/** Every number that was not found on a page where it is, or was found on one where it is not. */
export function differences(manifest: Manifest, found: FoundNumber[]): Difference[] {
  const pageOf = pageFinder(manifest);
  const sighted = new Set<string>();
  const wrong: Difference[] = [];
  for (const { number, sightings } of found) {
    for (const { url } of sightings) {
      const page = pageOf(url, number);
      const key = `${page?.url ?? url} ${number}`;
      if (sighted.has(key)) continue;
      sighted.add(key);
      if (page === null || !expects(page, number)) {
        wrong.push({ verdict: 'wrong', number, url: page?.url ?? url, kind: page?.kind ?? 'unknown page' });
      }
    }
  }
  const missing = manifest.pages.flatMap((page) =>
    page.expected
      .filter(({ number }) => !sighted.has(`${page.url} ${number}`))
      .map(({ number }): Difference => ({ verdict: 'missing', number, url: page.url, kind: page.kind })),
  );
  return [...missing, ...wrong];
}

/** Finds the page of a sighting. A URL that holds a number comes redacted, and is told by the number that it goes with. */
function pageFinder(manifest: Manifest): (url: string, number: string) => ManifestPage | null {
  const byUrl = new Map(manifest.pages.flatMap((page) => [page.url, ...page.sameAs].map((url) => [url, page])));
  return (url, number) => {
    const exact = byUrl.get(url);
    if (exact !== undefined) return exact;
    const redacted = redactedUrl(url);
    if (redacted === null) return null;
    const candidates = manifest.pages.filter((page) => redacted.test(page.url));
    return candidates.find((page) => expects(page, number)) ?? candidates[0] ?? null;
  };
}

function redactedUrl(url: string): RegExp | null {
  const parts = url.split(/\[phone\]|%5Bphone%5D/i);
  return parts.length === 1 ? null : new RegExp(`^${parts.map((part) => RegExp.escape(part)).join('.+')}$`);
}

function expects(page: ManifestPage, number: string): boolean {
  return page.expected.some((expected) => expected.number === number);
}
