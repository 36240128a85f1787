import { isPhoneLink } from './phone-links.ts';
import type { ScannedPage } from './scan-page.ts';

/**
 * A page's links as absolute http(s) URLs without fragment, each once, in order; at most `maxLinks`. Links marked
 * `rel=nofollow` are not among them, and a page whose robots meta says `nofollow` has none.
 */
export function linksOf(
  page: Pick<ScannedPage, 'references' | 'baseHref' | 'nofollow'>,
  url: string,
  maxLinks: number,
): { links: string[]; cut: boolean } {
  const links = new Set<string>();
  if (page.nofollow || maxLinks === 0) return { links: [], cut: false };
  const base = URL.parse(page.baseHref ?? '', url)?.href ?? url;
  for (const reference of new Set(page.references)) {
    if (isPhoneLink(reference)) continue;
    const link = resolve(reference, base);
    if (link === null || links.has(link)) continue;
    if (links.size >= maxLinks) return { links: [...links], cut: true };
    links.add(link);
  }
  return { links: [...links], cut: false };
}

function resolve(reference: string, base: string): string | null {
  const link = URL.parse(reference, base);
  if (link === null || (link.protocol !== 'http:' && link.protocol !== 'https:')) return null;
  link.hash = '';
  return link.href;
}
