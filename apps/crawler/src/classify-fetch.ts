import type { CutKind, PageCode, PageOutcome, PageValidators, ResultLink } from '@numfleet/contracts';
import { blockedBy, type FetchOutcome } from '@numfleet/egress';
import { normaliseUrl, type UrlCodec } from '@numfleet/privacy';
import type { FetchedDocument } from './fetch-page.ts';
import { readValidators } from './page-validators.ts';

/** What a fetch means for its page: whether there is something to read, and what to say if not. */
export interface FetchVerdict {
  readable: boolean;
  outcome: PageOutcome;
  code: PageCode | null;
  status: number | null;
  bytes: number;
  links: ResultLink[];
  cuts: CutKind[];
  requestedAt: number | null;
  retryAfterMs: number | null;
  latencyMs: number | null;
  address?: string | undefined;
  /** Those of the page's own URL. */
  validators: PageValidators | null;
}

export type ClassifyFetch = (fetched: FetchOutcome) => FetchVerdict;

export function createClassifyFetch(deps: { urls: UrlCodec }): ClassifyFetch {
  return (fetched) => {
    const base = {
      readable: false,
      status: null,
      bytes: 0,
      links: [],
      cuts: [],
      requestedAt: fetched.requestedAt,
      retryAfterMs: fetched.retryAfterMs,
      latencyMs: fetched.latencyMs,
      address: fetched.address,
      validators: null,
    };
    switch (fetched.kind) {
      case 'document': {
        const validators =
          fetched.status === 200 && fetched.hops === 0 ? readValidators(fetched.headers, deps.urls) : null;
        const size = { status: fetched.status, bytes: fetched.body.byteLength };
        return { ...base, ...verdictOf(fetched), ...size, validators };
      }
      case 'redirect': {
        const to = normaliseUrl(fetched.to);
        const links = to === null ? [] : [{ url: deps.urls.toWire(to), via: 'redirect' as const }];
        return { ...base, outcome: 'done', code: null, status: fetched.status, links };
      }
      case 'refused':
        return { ...base, outcome: 'excluded', code: fetched.code };
      case 'failed':
        return { ...base, outcome: 'failed', code: fetched.code };
    }
  };
}

function verdictOf(document: FetchedDocument): Pick<FetchVerdict, 'readable' | 'outcome' | 'code' | 'cuts'> {
  const { status, retryAfterMs, truncated, headers, unchanged } = document;
  const unreadable = { readable: false, cuts: [] };
  if (blockedBy(document) !== null) return { ...unreadable, outcome: 'failed', code: 'blocked' };
  // GitHub and others say 403 where a quota is spent.
  if (status === 429 || ((status === 503 || status === 403) && retryAfterMs !== null)) {
    return { ...unreadable, outcome: 'throttled', code: 'throttled' };
  }
  if (status >= 500) return { ...unreadable, outcome: 'failed', code: 'http-server-error' };
  if (status >= 400) return { ...unreadable, outcome: 'failed', code: 'http-client-error' };
  if (unchanged) return { ...unreadable, outcome: 'not-modified', code: null };
  if (status >= 300) return { ...unreadable, outcome: 'failed', code: 'malformed-response' };
  if (!isReadable(headers['content-type'])) return { ...unreadable, outcome: 'failed', code: 'not-html' };
  return { readable: true, outcome: 'done', code: truncated ? 'too-large' : null, cuts: truncated ? ['body'] : [] };
}

/** Markup, plain text and vCards are read; an answer that does not say what it is, too: browsers sniff it as HTML mostly. */
function isReadable(contentType: string | undefined): boolean {
  return (
    contentType === undefined ||
    /^\s*(text\/(html|plain|xml|(x-)?vcard|(x-)?directory)|application\/(xhtml\+xml|xml))\b/i.test(contentType)
  );
}
