import type { CDPSession, Page, Request } from 'playwright-core';
import { getDomain } from 'tldts';
import { frameOf } from './page-requests.ts';

/** What a page's requests tell of how far it has come. */
export interface RequestWatch {
  /** Milliseconds since a request that may change the page was in flight, 0 while one is; `own`: those of its own site alone. */
  quietForMs(whose: 'all' | 'own'): number;
  /** Scripts and data of its own site that broke off, or were answered 5xx: at another time they may come. */
  failures(): number;
  /**
   * Whether scripts or data of its own site are still to come. A question that has been open for 10 s is not: chats and
   * tickers ask such ones, to be answered when there is something to tell.
   */
  isWaiting(): boolean;
}

interface InFlight {
  own: boolean;
  type: string;
  since: number;
}

/**
 * Requests that never end by design, and those that change nothing, do not keep the page from being quiet. The renderer
 * itself tells of a request before it answers anything that it is asked later; Playwright, which knows those of workers
 * too, only when the browser has passed it on, and on a busy machine that takes its time.
 */
export function watchRequests(page: Page, session: CDPSession, pageUrl: string): RequestWatch {
  const isOwn = createIsOwn(pageUrl);
  const inFlight = new Map<Request | string, InFlight>();
  const last = { all: performance.now(), own: performance.now() };
  let failures = 0;
  const changed = (own: boolean) => {
    last.all = performance.now();
    if (own) last.own = last.all;
  };
  const began = (asked: Request | string, url: string, resourceType: string) => {
    const type = resourceType.toLowerCase();
    if (!changingTypes.has(type)) return;
    const own = isOwn(url);
    inFlight.set(asked, { own, type, since: performance.now() });
    changed(own);
  };
  const ended = (asked: Request | string) => {
    const request = inFlight.get(asked);
    if (request && inFlight.delete(asked)) changed(request.own);
  };
  const isContent = (asked: Request) => contentTypes.has(asked.resourceType()) && isOwn(asked.url());
  page.on('request', (asked) => {
    if (!isOfMainFrame(asked, page)) began(asked, asked.url(), asked.resourceType());
  });
  page.on('requestfinished', ended);
  page.on('requestfailed', (asked) => {
    ended(asked);
    if (isContent(asked) && passingErrors.test(asked.failure()?.errorText ?? '')) failures += 1;
  });
  page.on('response', (response) => {
    if (response.status() >= 500 && isContent(response.request())) failures += 1;
  });
  session.on('Network.requestWillBeSent', ({ requestId, request, type = '' }) => {
    if (type !== 'Document') began(requestId, request.url, type);
  });
  session.on('Network.loadingFinished', ({ requestId }) => ended(requestId));
  session.on('Network.loadingFailed', ({ requestId }) => ended(requestId));
  return {
    quietForMs(whose) {
      const busy = whose === 'all' ? inFlight.size > 0 : [...inFlight.values()].some(({ own }) => own);
      return busy ? 0 : performance.now() - last[whose];
    },
    failures: () => failures,
    isWaiting: () =>
      [...inFlight.values()].some(
        ({ own, type, since }) =>
          own && contentTypes.has(type) && (type === 'script' || performance.now() - since < openQuestionMs),
      ),
  };
}

/** Of the page's registrable domain: shops keep their data at `api.` and their scripts at `static.`. */
function createIsOwn(pageUrl: string): (url: string) => boolean {
  const siteOf = (url: string) => getDomain(url, { allowPrivateDomains: true }) ?? URL.parse(url)?.hostname ?? '';
  const site = siteOf(pageUrl);
  return (url) => siteOf(url) === site;
}

/** The page goes nowhere, however often it tries. */
function isOfMainFrame(asked: Request, page: Page): boolean {
  return asked.isNavigationRequest() && frameOf(asked, page) === page.mainFrame();
}

const changingTypes = new Set(['document', 'script', 'stylesheet', 'xhr', 'fetch']);
const contentTypes = new Set(['script', 'xhr', 'fetch']);

/** Of Chromium's errors those that another try may cure; what a page, a policy or we refused stays refused. */
const passingErrors =
  /^net::ERR_(CONNECTION_|TUNNEL_|PROXY_CONNECTION_|EMPTY_RESPONSE|TIMED_OUT|SOCKET_|NETWORK_|NAME_|ADDRESS_UNREACHABLE|INCOMPLETE_|CONTENT_LENGTH_|INVALID_HTTP|HTTP2_|RESPONSE_HEADERS_TRUNCATED)/;

const openQuestionMs = 10_000;
