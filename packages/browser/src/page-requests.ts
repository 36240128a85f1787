import type { BrowserContext, CDPSession, Frame, Page, Request, Route } from 'playwright-core';
import type { RenderRequest } from './render-page.ts';

/** What a page may load (I7, I8). */
const pageLimits = {
  subresources: 100,
  /** Bytes on the wire, all subresources and websockets together. */
  subresourceBytes: 10 * 1024 * 1024,
  /** Other addresses that the page tried to go to and that are reported. */
  navigations: 20,
};

export interface PageRequests {
  /** Whether something was refused because a limit was reached. */
  readonly cut: boolean;
  /** Where the page wanted to go: scripted and meta redirects, reloads, popups. */
  readonly navigatedTo: string[];
  /** Aborted when a limit is reached by what cannot be refused: it ends only with the page. */
  readonly overfull: AbortSignal;
  /**
   * Aborted soon after the page wanted to go elsewhere. A script that does so before the document is parsed stops the
   * parser for good: refusing, 204 and an error page were all tried.
   */
  readonly left: AbortSignal;
  /** Milliseconds since a request that may change the page was in flight; 0 while one is. */
  quietForMs(): number;
}

/**
 * Puts itself between a page and the network. The document is handed over once, the page goes nowhere else, and what it
 * loads is bounded; what passes goes on to the proxy, which is the guard (I5). This is not: it bounds.
 */
export async function governRequests(
  parts: { context: BrowserContext; page: Page; session: CDPSession },
  request: RenderRequest,
): Promise<PageRequests> {
  const budget = createBudget();
  const quiet = watchQuiet(parts.page, parts.session);
  const navigatedTo = new Set<string>();
  const left = new AbortController();
  let handedOver = false;

  const answer = async (route: Route, asked: Request) => {
    const frame = frameOf(asked, parts.page);
    const isDocument = asked.isNavigationRequest() && frame === parts.page.mainFrame();
    if (isDocument && !handedOver) {
      handedOver = true;
      return await route.fulfill(handOver(request.document));
    }
    if (isDocument || frame === null) {
      if (asked.isNavigationRequest() && navigatedTo.size < pageLimits.navigations) navigatedTo.add(asked.url());
      if (isDocument) setTimeout(() => left.abort(), msToLeave).unref();
      return await route.abort('aborted'); // any other error would put an error page in the document's place
    }
    const wanted = !unwantedTypes.has(asked.resourceType()) && !isForeignFrame(asked, request.url);
    return wanted && budget.admit() ? await route.continue() : await route.abort('blockedbyclient');
  };

  await parts.context.route('**/*', (route, asked) => answer(route, asked).catch(pageIsGone));
  parts.context.on('page', (opened) => {
    if (opened !== parts.page) void opened.close().catch(pageIsGone);
  });
  // Only the first request of a chain is routed; a hop can be counted, not refused.
  parts.page.on('request', (asked) => void (asked.redirectedFrom() && budget.count()));
  await watchTraffic(parts.session, budget);
  return {
    get cut() {
      return budget.exceeded;
    },
    get navigatedTo() {
      return [...navigatedTo];
    },
    overfull: budget.overfull,
    left: left.signal,
    quietForMs: quiet,
  };
}

interface Budget {
  readonly exceeded: boolean;
  readonly overfull: AbortSignal;
  /** Whether one more request may go out. */
  admit(): boolean;
  /** One more request went out unasked. */
  count(): void;
  receive(bytes: number): void;
}

function createBudget(): Budget {
  const overfull = new AbortController();
  let requests = 0;
  let bytes = 0;
  return {
    overfull: overfull.signal,
    get exceeded() {
      return requests > pageLimits.subresources || overfull.signal.aborted;
    },
    admit() {
      requests += 1;
      return !this.exceeded;
    },
    count() {
      if (!this.admit()) overfull.abort();
    },
    receive(count) {
      bytes += count;
      if (bytes > pageLimits.subresourceBytes) overfull.abort();
    },
  };
}

/** The frame of this page that asks; null when it is a popup's, or of a page that does not exist yet. */
function frameOf(asked: Request, page: Page): Frame | null {
  try {
    const frame = asked.frame();
    return frame.page() === page ? frame : null;
  } catch {
    return null;
  }
}

/** A frame of another origin is another page: advertisements, maps, films. Its address is in the HTML. */
function isForeignFrame(asked: Request, pageUrl: string): boolean {
  return asked.isNavigationRequest() && new URL(asked.url()).origin !== new URL(pageUrl).origin;
}

/** Numbers are in the text. */
const unwantedTypes = new Set([
  'image',
  'media',
  'font',
  'texttrack',
  'manifest',
  'ping',
  'cspviolationreport',
  'prefetch',
]);

/** Without a body, or with a status that has none, Chromium would show a page of its own or none. */
function handOver(document: RenderRequest['document']) {
  const headers = Object.entries(document.headers).filter(([name]) => !transportHeaders.has(name.toLowerCase()));
  const status = document.status >= 400 && document.body.length > 0 ? document.status : 200;
  return { status, headers: Object.fromEntries(headers), body: Buffer.from(document.body) };
}

/** They described the way to us, or would make a download of it. */
const transportHeaders = new Set([
  'alt-svc',
  'connection',
  'content-disposition',
  'content-encoding',
  'content-length',
  'keep-alive',
  'strict-transport-security',
  'transfer-encoding',
]);

/**
 * Requests that never end by design, and those that change nothing, do not keep the page from being quiet. The renderer
 * itself tells of a request before it answers anything that it is asked later; Playwright, which knows those of workers
 * too, only when the browser has passed it on, and on a busy machine that takes its time.
 */
function watchQuiet(page: Page, session: CDPSession): () => number {
  const inFlight = new Set<Request | string>();
  let last = performance.now();
  const began = (asked: Request | string, type: string) => {
    if (!changingTypes.has(type.toLowerCase())) return;
    inFlight.add(asked);
    last = performance.now();
  };
  const ended = (asked: Request | string) => {
    if (inFlight.delete(asked)) last = performance.now();
  };
  page.on('request', (asked) => began(asked, asked.resourceType()));
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  session.on('Network.requestWillBeSent', ({ requestId, type = '' }) => began(requestId, type));
  session.on('Network.loadingFinished', ({ requestId }) => ended(requestId));
  session.on('Network.loadingFailed', ({ requestId }) => ended(requestId));
  return () => (inFlight.size > 0 ? 0 : performance.now() - last);
}

const changingTypes = new Set(['document', 'script', 'stylesheet', 'xhr', 'fetch']);

/** Playwright tells sizes only of what has ended, and routes no websockets; both are counted as they come. */
async function watchTraffic(session: CDPSession, budget: Budget): Promise<void> {
  session.on('Network.dataReceived', (event) => budget.receive(event.encodedDataLength));
  session.on('Network.webSocketFrameReceived', (event) => budget.receive(event.response.payloadData.length));
  session.on('Network.webSocketCreated', () => budget.count());
  await session.send('Network.enable');
}

const msToLeave = 500;

function pageIsGone(): void {
  // The page was closed while it asked; its outcome is told elsewhere.
}
