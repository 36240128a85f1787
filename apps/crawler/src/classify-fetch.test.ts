import type { FetchOutcome } from '@numfleet/egress';
import { createUrlCodec } from '@numfleet/privacy';
import { describe, expect, it } from 'vitest';
import { createClassifyFetch } from './classify-fetch.ts';

const urls = createUrlCodec({ key: Buffer.alloc(32, 1) });
const classify = createClassifyFetch({ urls });
const trail = { requestedAt: 1_000, retryAfterMs: null, latencyMs: null, hops: 0 };

function document(changes: Partial<Extract<FetchOutcome, { kind: 'document' }>> = {}): FetchOutcome {
  return {
    ...trail,
    kind: 'document',
    url: 'http://shop.test/',
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: Buffer.from('<p>hello'),
    truncated: false,
    unchanged: false,
    ...changes,
  };
}

describe('what a fetch means for its page', () => {
  it.each([
    ['a page', document(), { readable: true, outcome: 'done', code: null }],
    [
      'a vCard',
      document({ headers: { 'content-type': 'text/vcard; charset=utf-8' } }),
      { readable: true, outcome: 'done' },
    ],
    ['plain text', document({ headers: { 'content-type': 'text/plain' } }), { readable: true, outcome: 'done' }],
    ['no content type', document({ headers: {} }), { readable: true, outcome: 'done' }],
    [
      'a PDF',
      document({ headers: { 'content-type': 'application/pdf' } }),
      { readable: false, outcome: 'failed', code: 'not-html' },
    ],
    ['404', document({ status: 404 }), { readable: false, outcome: 'failed', code: 'http-client-error', status: 404 }],
    ['500', document({ status: 500 }), { readable: false, outcome: 'failed', code: 'http-server-error' }],
    ['304', document({ status: 304 }), { readable: false, outcome: 'failed', code: 'malformed-response' }],
    ['429', document({ status: 429 }), { readable: false, outcome: 'throttled', code: 'throttled' }],
    [
      '503 with Retry-After',
      document({ status: 503, retryAfterMs: 2_000 }),
      { outcome: 'throttled', retryAfterMs: 2_000 },
    ],
    ['403 of a spent quota', document({ status: 403, retryAfterMs: 60_000 }), { outcome: 'throttled' }],
    [
      'a challenge, with 200 as with 403',
      document({ headers: { 'content-type': 'text/html', 'cf-mitigated': 'challenge' } }),
      { readable: false, outcome: 'failed', code: 'blocked' },
    ],
    ['503 without', document({ status: 503 }), { outcome: 'failed', code: 'http-server-error' }],
    [
      'refused by robots',
      { ...trail, kind: 'refused', code: 'robots-disallowed' },
      { readable: false, outcome: 'excluded', code: 'robots-disallowed' },
    ],
    [
      'DNS',
      { ...trail, kind: 'failed', code: 'dns-failed' },
      { readable: false, outcome: 'failed', code: 'dns-failed' },
    ],
  ] as const)('%s', (_name, fetched, verdict) => {
    expect(classify(fetched as FetchOutcome)).toMatchObject(verdict);
  });

  it('I8: a body that was cut is read, and the cut is said', () => {
    expect(classify(document({ truncated: true }))).toMatchObject({
      readable: true,
      outcome: 'done',
      code: 'too-large',
      cuts: ['body'],
    });
  });

  it('I3: a redirect becomes a link; one to a URL that may hold a number is encrypted', () => {
    const redirect = (to: string) => classify({ ...trail, kind: 'redirect', to, status: 301 });
    expect(redirect('http://other.test/a').links).toEqual([{ url: { p: 'http://other.test/a' }, via: 'redirect' }]);
    const [link] = redirect('http://other.test/call/02079460958').links;
    expect(JSON.stringify(link)).not.toContain('2079460958');
    expect(link && urls.fromWire(link.url)).toBe('http://other.test/call/02079460958');
  });
});
