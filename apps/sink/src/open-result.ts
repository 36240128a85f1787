import {
  type DeadLetterCode,
  errorCodeOf,
  type PageResult,
  type ResultLink,
  type SitemapResult,
  type WireUrl,
} from '@numfleet/contracts';
import { normaliseUrl, type PlainFinding, type SealContext, type UrlCodec } from '@numfleet/privacy';
import { openFindings } from '@numfleet/privacy/inside';

export interface OpenedResult {
  result: PageResult | SitemapResult;
  findings: PlainFinding[];
  /** Normalised again: crawlers are of the hostile zone. */
  links: OpenedLink[];
  /** Further sitemaps that a sitemap leads to. */
  sitemaps: OpenedResult['links'];
}

interface OpenedLink {
  url: string;
  via: ResultLink['via'];
  /** The address as it came, where it came encrypted and in this very spelling. */
  sealed?: WireUrl;
}

/**
 * Stage 5.1: a result's findings and links; a code where its seal or a URL does not open. Of two private keys the first is that of
 * now, and the other that of before an exchange, for which results may still be sealed.
 */
export type OpenResult = (result: OpenedResult['result']) => Promise<OpenedResult | { code: DeadLetterCode }>;

export function createOpenResult(deps: { privateKeys: readonly Uint8Array[]; urls: UrlCodec }): OpenResult {
  return async (result) => {
    if (result.kind === 'sitemap') return openSitemap(result, deps.urls);
    const links = openLinks(result.links, deps.urls);
    if (links === null) return { code: 'contract-invalid' };
    if (result.sealed === null) return { result, findings: [], links, sitemaps: [] };
    const context = { pageId: result.pageId, leaseToken: result.leaseToken };
    for (const privateKey of deps.privateKeys) {
      const findings = await openUnder(privateKey, context, result.sealed);
      if (findings !== null) return { result, findings, links, sitemaps: [] };
    }
    return { code: 'seal-invalid' };
  };
}

/** Null where it is not sealed for this key, page and lease. */
async function openUnder(privateKey: Uint8Array, context: SealContext, sealed: string): Promise<PlainFinding[] | null> {
  try {
    return await openFindings({ privateKey, context, sealed });
  } catch (error) {
    if (errorCodeOf(error) === 'seal-invalid') return null;
    throw error;
  }
}

function openSitemap(result: SitemapResult, urls: UrlCodec): OpenedResult | { code: DeadLetterCode } {
  const links = openLinks(
    result.pages.map((url) => ({ url, via: 'link' })),
    urls,
  );
  const sitemaps = openLinks(result.sitemaps, urls);
  if (links === null || sitemaps === null) return { code: 'contract-invalid' };
  return { result, findings: [], links, sitemaps };
}

/** Null where it was not encrypted under the key of URLs: then it does not come from a crawler of ours. */
export function openUrl(url: WireUrl, urls: UrlCodec): string | null {
  try {
    return urls.fromWire(url);
  } catch (error) {
    if (errorCodeOf(error) === 'key-wrong') return null;
    throw error;
  }
}

/** Opens and normalises; null for what is no URL that could be fetched. */
export function createUrlOpener(urls: UrlCodec): (url: WireUrl) => string | null {
  return (url) => {
    const plain = openUrl(url, urls);
    return plain === null ? null : normaliseUrl(plain);
  };
}

function openLinks(links: readonly ResultLink[], urls: UrlCodec): OpenedResult['links'] | null {
  const opened: OpenedResult['links'] = [];
  for (const { url, via } of links) {
    const plain = openUrl(url, urls);
    if (plain === null) return null;
    const normalised = normaliseUrl(plain);
    if (normalised !== null)
      opened.push({ url: normalised, via, ...('c' in url && normalised === plain && { sealed: url }) });
  }
  return opened;
}
