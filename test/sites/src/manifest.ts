import type { CutKind, PageCode } from '@numfleet/contracts';
import type { ExpectedNumber, Page, PageKind, Site } from './site.ts';

/** Where a page of the manifest ends, and what a crawl of `demoDepth` finds on it. */
export type ManifestPage = {
  url: string;
  kind: PageKind;
  expected: ExpectedNumber[];
  outcome: 'done' | 'failed' | 'excluded';
  code?: PageCode;
  cut?: CutKind;
  /** Other URLs under which the same document may be sighted. */
  sameAs: string[];
};

/**
 * The truth about the demo web: `pages` are all URLs that a crawl from the seeds comes to know, no more and no fewer;
 * `forbidden` are the numbers that must come out nowhere.
 */
export type Manifest = { pages: ManifestPage[]; forbidden: string[] };

export function manifestOf(sites: Site[]): Manifest {
  const listed = sites.filter((site) => !site.unlisted);
  return {
    pages: listed.flatMap((site) => [
      ...site.pages.map((page) => manifestPage(site.host, page)),
      ...(site.strays ?? []).map((stray) => ({ ...stray, expected: [], sameAs: [] })),
    ]),
    forbidden: listed.flatMap((site) => site.pages.flatMap((page) => page.forbidden ?? [])),
  };
}

function manifestPage(host: string, page: Page): ManifestPage {
  const urlOf = (path: string) => `http://${host}${path}`;
  return {
    url: urlOf(page.path),
    kind: page.kind,
    expected: page.expected ?? [],
    outcome: page.outcome ?? 'done',
    ...(page.code === undefined ? {} : { code: page.code }),
    ...(page.cut === undefined ? {} : { cut: page.cut }),
    sameAs: (page.sameAs ?? []).map(urlOf),
  };
}
