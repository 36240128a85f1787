import type { PageJob, PageValidators } from '@numfleet/contracts';
import type { FetchRequest } from '@numfleet/egress';
import type { UrlCodec } from '@numfleet/privacy';

/** RFC 9110 §8.8.3, in ASCII. What hosts send besides, they would not understand from others either. */
const entityTag = /^(?:W\/)?"[\x21\x23-\x7e]{0,250}"$/;

/** §5.6.7, the one form that is to be generated. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** What the head of an answer says of its page's present form; null where it says nothing that can be kept. */
export function readValidators(headers: Record<string, string>, urls: UrlCodec): PageValidators | null {
  const { etag, 'last-modified': lastModified } = headers;
  const told = {
    ...(etag !== undefined && entityTag.test(etag) && { etag: urls.toWire(etag) }),
    ...(lastModified !== undefined && httpDate.test(lastModified) && { lastModified }),
  };
  return Object.keys(told).length === 0 ? null : told;
}

/**
 * By which a page is asked for only if it is not what it was; undefined where it is wanted in any case: nothing is known of it, or
 * a browser may be to read it, which needs the document that a 304 does not bring.
 */
export function openValidators({ render, hostContext }: PageJob, urls: UrlCodec): FetchRequest['unless'] {
  const mayNeedBrowser = render === 'always' || (hostContext.render?.advice ?? 'static') !== 'static';
  const { etag, lastModified } = hostContext.revisit ?? {};
  if (mayNeedBrowser || (etag === undefined && lastModified === undefined)) return undefined;
  return { ...(etag && { etag: urls.fromWire(etag) }), ...(lastModified !== undefined && { lastModified }) };
}
