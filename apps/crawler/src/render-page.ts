import type { BrowserPool, RenderOutcome } from '@numfleet/browser';
import { NumfleetError, type PageJob, type RobotsRule } from '@numfleet/contracts';
import { isAllowed, sameOrigin } from '@numfleet/egress/rules';
import type { Deadline } from '@numfleet/service';
import type { FetchedDocument } from './fetch-page.ts';
import type { Holdings } from './holdings.ts';

export type RenderPage = (job: PageJob, document: FetchedDocument, deadline: Deadline) => Promise<RenderOutcome>;

/** Left of the job's budget for reading what the browser rendered, ms. */
const reserveForReading = 1_500;

/** Stage 3.2: the pool enforces the deadline from outside the page (I6). */
export function createRenderPage(deps: { browsers: BrowserPool; holdings: Holdings }): RenderPage {
  return async (job, document, deadline) => {
    const deadlineMs = deadline.remainingMs() - reserveForReading;
    if (deadlineMs <= 0) throw new NumfleetError('render-timeout', 'No time was left to render the page.');
    const rendering = deps.browsers.render({
      pageId: job.pageId,
      url: document.url,
      document: { status: document.status, headers: document.headers, body: document.body },
      deadlineMs,
      mayAsk: (url) => mayAskFor(document.url, job.hostContext.robots, url),
      signal: deadline.signal,
    });
    return await deps.holdings.hold('browser-page', rendering);
  };
}

/** I11: the rules at hand are those of the page's own origin (RFC 9309 §2.3); those of others are not known here. */
function mayAskFor(pageUrl: string, robots: RobotsRule[] | null, url: string): boolean {
  return robots === null || !sameOrigin(pageUrl, url) || isAllowed(robots, url);
}
