import { type DeadLetterCode, errorCodeOf, type PageResult, type ResultLink, type WireUrl } from '@numfleet/contracts';
import { normaliseUrl, type PlainFinding, type UrlCodec } from '@numfleet/privacy';
import { openFindings } from '@numfleet/privacy/inside';

export interface OpenedResult {
  result: PageResult;
  findings: PlainFinding[];
  /** Normalised again: crawlers are of the hostile zone. */
  links: { url: string; via: ResultLink['via'] }[];
}

/** Stage 5.1: a result's findings and links; a code where its seal or a URL does not open. */
export type OpenResult = (result: PageResult) => Promise<OpenedResult | { code: DeadLetterCode }>;

export function createOpenResult(deps: { privateKey: Uint8Array; urls: UrlCodec }): OpenResult {
  return async (result) => {
    const links = openLinks(result.links, deps.urls);
    if (links === null) return { code: 'contract-invalid' };
    if (result.sealed === null) return { result, findings: [], links };
    const context = { pageId: result.pageId, leaseToken: result.leaseToken };
    try {
      const findings = await openFindings({ privateKey: deps.privateKey, context, sealed: result.sealed });
      return { result, findings, links };
    } catch (error) {
      if (errorCodeOf(error) === 'seal-invalid') return { code: 'seal-invalid' };
      throw error;
    }
  };
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

function openLinks(links: readonly ResultLink[], urls: UrlCodec): OpenedResult['links'] | null {
  const opened: OpenedResult['links'] = [];
  for (const { url, via } of links) {
    const plain = openUrl(url, urls);
    if (plain === null) return null;
    const normalised = normaliseUrl(plain);
    if (normalised !== null) opened.push({ url: normalised, via });
  }
  return opened;
}
