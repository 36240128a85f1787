import type { LabelledPage } from '../../../packages/extract/src/testing/labelled-pages.ts';

/**
 * Pages in parts of whole sites, the same in every run. Nothing is learnt from the others of them; the spread tells how much
 * a figure owes to the sites that happen to be among the pages.
 */
export function foldsBySite<Row extends { page: LabelledPage }>(rows: readonly Row[], count: number): Row[][] {
  const sites = [...new Set(rows.map(({ page }) => siteOf(page)))].sort();
  const folds = Array.from({ length: count }, (): Row[] => []);
  for (const row of rows) folds[sites.indexOf(siteOf(row.page)) % count]?.push(row);
  return folds;
}

/** The host that a page names as its own; a page that names none is a site of its own. */
function siteOf({ page, body }: LabelledPage): string {
  const head = Buffer.from(body.subarray(0, 200_000)).toString('latin1');
  const address =
    /<(?:link[^>]{0,200}rel=["']?canonical|meta[^>]{0,200}og:url|base)\b[^>]{0,200}(?:href|content)=["']?https?:\/\/(?:www\.)?([\w.-]+)/i.exec(
      head,
    );
  return address?.[1]?.toLowerCase() ?? page;
}
