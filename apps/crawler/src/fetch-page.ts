import type { PageJob } from '@numfleet/contracts';
import type { Door, FetchOutcome } from '@numfleet/egress';
import type { UrlCodec } from '@numfleet/privacy';
import { abandonOnAbort, type Deadline } from '@numfleet/service';
import type { Holdings } from './holdings.ts';
import { openValidators } from './page-validators.ts';

export type FetchedDocument = Extract<FetchOutcome, { kind: 'document' }>;
export type FetchPage = (job: PageJob, deadline: Deadline) => Promise<FetchOutcome>;

const maxRedirects = 5;
const accept = 'text/html, application/xhtml+xml;q=0.9, text/plain;q=0.8, */*;q=0.1';

/** Stage 3.1: one document request, and the same-origin redirects that the delay leaves time for. */
export function createFetchPage(deps: { door: Door; urls: UrlCodec; holdings: Holdings; maxBytes: number }): FetchPage {
  return async (job, deadline) => {
    const fetching = deps.door.fetchDocument({
      url: deps.urls.fromWire(job.url),
      delayMs: job.delayMs,
      robots: job.hostContext.robots,
      maxBytes: deps.maxBytes,
      maxRedirects,
      accept,
      unless: openValidators(job, deps.urls),
      deadlineAt: Date.now() + deadline.remainingMs(),
      signal: deadline.signal,
    });
    return await abandonOnAbort(deps.holdings.hold('request', fetching), deadline.signal);
  };
}
