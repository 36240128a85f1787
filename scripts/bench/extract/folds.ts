import { createHash } from 'node:crypto';
import type { LabelledPage } from '../../../packages/extract/src/testing/labelled-pages.ts';

/**
 * Pages in parts of whole sites by a hash of their names, the same in every run. Nothing is learnt from the others of them; the
 * spread tells how much a figure owes to the sites that happen to be among the pages.
 */
export function foldsBySite<Row extends { page: LabelledPage }>(rows: readonly Row[], count: number): Row[][] {
  const folds = Array.from({ length: count }, (): Row[] => []);
  for (const row of rows) {
    const hash = createHash('sha256').update(siteOf(row.page)).digest();
    folds[hash.readUInt32BE() % count]?.push(row);
  }
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
