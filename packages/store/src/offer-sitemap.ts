import type { WireUrl } from '@numfleet/contracts';
import type { OfferedPage } from './admission.ts';

export interface FoundSitemap {
  /** Normalised and absolute. */
  url: string;
  /** The host whose robots.txt speaks for it: it may list pages of that host, and of its own. */
  speaksFor: string;
  /** How many sitemaps lie between robots.txt and it. */
  level: number;
  via: 'robots' | 'sitemap' | 'redirect';
  foundOn: string | null;
}

export type OfferSitemap = (found: FoundSitemap) => OfferedPage;

/** sitemaps.org lets an index list no index; some do, and a sitemap that was moved counts as one more. */
const deepestLevel = 3;

/** Judges a sitemap for a campaign that wants such of its host. */
export function createOfferSitemap(deps: {
  toWire: (url: string) => WireUrl;
  pageKeyOf: (url: string, speaksFor: string) => Buffer;
}): OfferSitemap {
  return ({ url, speaksFor, level, via, foundOn }) => {
    const { host, origin } = new URL(url);
    return {
      ...{ host, origin, via, foundOn },
      pageKey: deps.pageKeyOf(url, speaksFor),
      url: deps.toWire(url),
      depth: level,
      sitemapFor: speaksFor,
      excluded: level > deepestLevel ? 'sitemap-limit' : null,
    };
  };
}

/** The sitemaps of an origin: the one where all have it, and those that its robots.txt names. */
export type SitemapsOf = (place: { host: string; origin: string }, named: readonly WireUrl[]) => OfferedPage[];

/** `urlOf` opens and normalises; null for what is no URL that could be fetched. */
export function createSitemapsOf(deps: {
  offerSitemap: OfferSitemap;
  urlOf: (named: WireUrl) => string | null;
}): SitemapsOf {
  return ({ host, origin }, named) => {
    const urls = [`${origin}/sitemap.xml`, ...named.map(deps.urlOf)].filter((url) => url !== null);
    return [...new Set(urls)].map((url) =>
      deps.offerSitemap({ url, speaksFor: host, level: 0, via: 'robots', foundOn: null }),
    );
  };
}
