import type { PageCode } from '@numfleet/contracts';
import type { OfferPage, OfferSitemap, PageCommit, PageContext, Scope } from '@numfleet/store';
import type { OpenedResult } from './open-result.ts';

/**
 * What a sitemap lists, judged as links are, and besides by who may speak for a host: its own sitemaps, and those that its
 * robots.txt names (sitemaps.org, "Sitemaps & Cross Submits").
 */
export function offerListed(
  { links, sitemaps }: Pick<OpenedResult, 'links' | 'sitemaps'>,
  { pageId, depth, sitemapFor, sitemapHost }: PageContext & { sitemapFor: string; sitemapHost: string },
  scope: Scope,
  deps: { offerPage: OfferPage; offerSitemap: OfferSitemap },
): PageCommit['links'] {
  const whyForeign = (url: string): PageCode | null => {
    const { host } = new URL(url);
    return host === sitemapHost || host === sitemapFor ? null : 'sitemap-foreign';
  };
  const pages = links.map(({ url }) => {
    // A sitemap stands beside the seeds: what it lists is one link away from them, however deep its index is.
    const offered = deps.offerPage({ url, via: 'sitemap', depth: 1, foundOn: pageId }, scope);
    return { ...offered, excluded: offered.excluded ?? whyForeign(url) };
  });
  const further = sitemaps.map(({ url, via }) => {
    const moved = via === 'redirect';
    const found = { url, speaksFor: sitemapFor, level: depth + 1, foundOn: pageId };
    const offered = deps.offerSitemap({ ...found, via: moved ? 'redirect' : 'sitemap' });
    // Where it was moved to its own host has said.
    return { ...offered, excluded: offered.excluded ?? (moved ? null : whyForeign(url)) };
  });
  return [...further, ...pages];
}
