import type { CutKind, PageCode, PageOutcome, RobotsRule } from '@numfleet/contracts';
import type { Door } from '../door.ts';
import type { FetchOutcome } from '../fetch/fetch-document.ts';
import { createSitemapReader, type Sitemap, sitemapMaxBytes } from './parse-sitemap.ts';
import { unpackFile } from './unpack-file.ts';

export interface SitemapRequest {
  door: Pick<Door, 'fetchDocument'>;
  url: string;
  delayMs: number;
  robots: RobotsRule[] | null;
  /** Epoch ms. */
  deadlineAt: number;
  signal: AbortSignal;
}

/** What a sitemap job finds out; its URLs are still plain and as written, and relative to `base`. */
export interface FetchedSitemap {
  outcome: PageOutcome;
  code: PageCode | null;
  status: number | null;
  /** Of the file, unpacked. */
  bytes: number;
  /** URLs of pages, and of further sitemaps: those of an index, or where it was moved to on another origin. */
  pages: string[];
  sitemaps: string[];
  base: string;
  /** The file is on another origin, where `sitemaps` says. */
  moved: boolean;
  cuts: CutKind[];
  requestedAt: number | null;
  retryAfterMs: number | null;
  latencyMs: number | null;
  address?: string | undefined;
}

const maxRedirects = 5;
const accept = 'application/xml, text/xml;q=0.9, text/plain;q=0.8, */*;q=0.1';

/**
 * Fetches a sitemap and reads it while it comes: neither the file nor what it unpacks to is ever in memory. One beyond
 * 50 MiB or 50,000 URLs is read up to there, and says so; what is not there, or is no sitemap, is `excluded` as `no-sitemap`.
 */
export async function fetchSitemap({ door, ...request }: SitemapRequest): Promise<FetchedSitemap> {
  const read = { sitemap: null as Sitemap | null, bytes: 0, tooLarge: false };
  const reading = async (body: AsyncIterable<Uint8Array>) => {
    const reader = createSitemapReader();
    for await (const chunk of unpackFile(body)) {
      read.tooLarge = read.bytes + chunk.length > sitemapMaxBytes;
      const wanted = reader.write(chunk.subarray(0, sitemapMaxBytes - read.bytes));
      read.bytes = Math.min(read.bytes + chunk.length, sitemapMaxBytes);
      if (!wanted || read.tooLarge) break;
    }
    read.sitemap = reader.end(!read.tooLarge);
  };
  const fetched: FetchOutcome = await door.fetchDocument({
    ...request,
    accept,
    maxRedirects,
    // One more, by which one that is too large is known.
    maxBytes: sitemapMaxBytes + 1,
    read: reading,
  });
  const { requestedAt, retryAfterMs, latencyMs, address } = fetched;
  const nothing = { code: null, status: null, pages: [], sitemaps: [], base: request.url, moved: false, cuts: [] };
  return { ...nothing, requestedAt, retryAfterMs, latencyMs, address, bytes: read.bytes, ...judge(fetched, read) };
}

type Judged = Pick<FetchedSitemap, 'outcome'> & Partial<FetchedSitemap>;

function judge(fetched: FetchOutcome, read: { sitemap: Sitemap | null; tooLarge: boolean }): Judged {
  switch (fetched.kind) {
    case 'document':
      return { base: fetched.url, status: fetched.status, ...judgeDocument(fetched, read) };
    case 'redirect':
      return { outcome: 'done', status: fetched.status, moved: true, sitemaps: [fetched.to] };
    case 'refused':
      return { outcome: 'excluded', code: fetched.code };
    case 'failed':
      return { outcome: 'failed', code: fetched.code };
  }
}

function judgeDocument(
  { status, retryAfterMs }: Extract<FetchOutcome, { kind: 'document' }>,
  { sitemap, tooLarge }: { sitemap: Sitemap | null; tooLarge: boolean },
): Judged {
  if (status === 429 || (status === 503 && retryAfterMs !== null)) return { outcome: 'throttled', code: 'throttled' };
  if (status >= 500) return { outcome: 'failed', code: 'http-server-error' };
  if (status >= 300 || sitemap === null || sitemap.kind === 'unknown')
    return { outcome: 'excluded', code: 'no-sitemap' };
  return {
    outcome: 'done',
    code: tooLarge ? 'too-large' : null,
    cuts: [...(tooLarge ? (['body'] as const) : []), ...(sitemap.cut ? (['links'] as const) : [])],
    [sitemap.kind === 'index' ? 'sitemaps' : 'pages']: sitemap.urls,
  };
}
