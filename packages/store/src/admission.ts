import type { PageCode, PageState, ResultLink, WireUrl } from '@numfleet/contracts';
import type { OfferedShape, ShapeCounts } from './traps/shape-counts.ts';

/** A URL offered to a campaign: a seed, an enqueued URL or a link. The caller has normalised, keyed and judged it. */
export interface OfferedPage {
  /** URL.host: name and port, where that is not the default one. */
  host: string;
  /** URL.origin. */
  origin: string;
  /** HMAC of the normalised URL, 16 bytes. */
  pageKey: Buffer;
  url: WireUrl;
  depth: number;
  via: 'seed' | ResultLink['via'] | 'robots' | 'sitemap';
  /** The page on which it was found; null for a seed. */
  foundOn: string | null;
  /** Why it is not to be fetched; null when it is. */
  excluded: PageCode | null;
  /** Of a sitemap, the host whose robots.txt speaks for it; a page has none. */
  sitemapFor?: string;
  /** Of a page whose address is one of many alike. */
  shape?: OfferedShape;
}

/** A page that the campaign already has under an offered key. */
export interface KnownPage {
  id: string;
  hostId: string;
  state: PageState;
  code: PageCode | null;
}

export interface Admission {
  /** To be inserted: queued, or excluded where `excluded` says why. */
  inserted: OfferedPage[];
  /** Known as too deep and now found on a shorter way. */
  readmitted: { id: string; hostId: string; offered: OfferedPage }[];
  /** Offered and known, with nothing to do. */
  known: number;
  /** Excluded beyond the rows that are kept. */
  overflow: number;
}

export interface AdmissionRoom {
  budget: number;
  excludedCap: number;
  /** By host. */
  excludedRows: Map<string, number>;
  /** Sitemaps that the campaign has had of each host. */
  sitemaps: Map<string, number>;
  shapes: Pick<ShapeCounts, 'take'>;
  /** By page key in hex. */
  known: ReadonlyMap<string, KnownPage>;
}

/**
 * Decides what becomes of offered pages: the first of each key counts; pages beyond the budget are excluded; excluded
 * ones are kept up to the cap of their host, and so are sitemaps. `excludedRows`, `sitemaps` and `shapes` are counted on. Pure: the caller holds the campaign's lock.
 */
export function admitPages(offered: readonly OfferedPage[], room: AdmissionRoom): Admission {
  const admission: Admission = { inserted: [], readmitted: [], known: 0, overflow: 0 };
  const seen = new Set<string>();
  let budget = room.budget;
  for (const page of offered) {
    const key = page.pageKey.toString('hex');
    const known = room.known.get(key);
    if (seen.has(key) || (known && !(canReadmit(known, page) && budget > 0))) {
      admission.known += 1;
      continue;
    }
    seen.add(key);
    const excluded = page.excluded ?? (budget > 0 ? overLimit(page, room) : 'page-budget');
    if (excluded === null) {
      budget -= 1;
      if (known) admission.readmitted.push({ id: known.id, hostId: known.hostId, offered: page });
      else admission.inserted.push(page);
      continue;
    }
    const rows = room.excludedRows.get(page.host) ?? 0;
    if (rows >= room.excludedCap) {
      admission.overflow += 1;
      continue;
    }
    room.excludedRows.set(page.host, rows + 1);
    admission.inserted.push({ ...page, excluded });
  }
  return admission;
}

/** With 50,000 URLs each, more than a campaign takes by default of all hosts together. */
const mostSitemaps = 500;

function overLimit(page: OfferedPage, { sitemaps, shapes }: AdmissionRoom): PageCode | null {
  if (page.sitemapFor === undefined) return shapes.take(page);
  const count = sitemaps.get(page.host) ?? 0;
  if (count >= mostSitemaps) return 'sitemap-limit';
  sitemaps.set(page.host, count + 1);
  return null;
}

/** By which a page was excluded for where it was met, and not for what it is. */
export const placeCodes: readonly (PageCode | null)[] = ['too-deep', 'out-of-scope', 'sitemap-foreign'];

/**
 * A page that was met too deep first, and is then met on a shorter way, is within the depth after all; one that was out
 * of scope may come into it with a new seed. Whether it is fetched must not hang on which of two pages was read first.
 */
export function canReadmit(known: Pick<KnownPage, 'state' | 'code'>, offered: OfferedPage): boolean {
  return known.state === 'excluded' && placeCodes.includes(known.code) && offered.excluded === null;
}
