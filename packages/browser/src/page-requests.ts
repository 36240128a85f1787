import type { BrowserContext, CDPSession, Frame, Page, Request, Route } from 'playwright-core';
import type { RenderRequest } from './render-page.ts';

/** What a page may load (I7, I8). */
const pageLimits = {
  subresources: 100,
  /** Bytes of one subresource, and of all together, decompressed: what they are on the wire, the proxy counts. */
  resourceBytes: 10 * 1024 * 1024,
  totalBytes: 30 * 1024 * 1024,
  /** Other addresses that the page tried to go to and that are reported. */
  navigations: 20,
};

export interface PageRequests {
  /** Whether something was refused because a limit was reached. */
  readonly cut: boolean;
  /** Whether something was refused because its host's robots.txt asks so. */
  readonly disallowed: boolean;
  /** Where the page wanted to go: scripted and meta redirects, reloads, popups. */
  readonly navigatedTo: string[];
  /** Aborted when a limit is reached by what cannot be refused: it ends only with the page. */
  readonly overfull: AbortSignal;
  /**
   * Aborted soon after the page wanted to go elsewhere. A script that does so before the document is parsed stops the
   * parser for good: refusing, 204 and an error page were all tried.
   */
  readonly left: AbortSignal;
}

/**
 * Puts itself between a page and the network. The document is handed over once, the page goes nowhere else, and what it
 * loads is bounded; what passes goes on to the proxy, which is the guard (I5). This is not: it bounds.
 */
export async function governRequests(
  parts: { context: BrowserContext; page: Page; session: CDPSession; fed: AbortSignal },
  request: RenderRequest,
): Promise<PageRequests> {
  const budget = createBudget(parts.fed);
  const navigatedTo = new Set<string>();
  const left = new AbortController();
  let handedOver = false;
  let disallowed = false;

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
    if (wanted && request.mayAsk?.(asked.url()) === false) {
      disallowed = true;
      return await route.abort('blockedbyclient');
    }
    return wanted && budget.admit() ? await route.continue() : await route.abort('blockedbyclient');
  };

  await parts.context.route('**/*', (route, asked) => answer(route, asked).catch(pageIsGone));
  parts.context.on('page', (opened) => {
    if (opened !== parts.page) void opened.close().catch(pageIsGone);
  });
  // Only the first request of a chain is routed; a hop can be counted, not refused.
  parts.page.on('request', (asked) => void (asked.redirectedFrom() && budget.count()));
  await watchTraffic(parts.session, budget);
  // What is on its way would still be unpacked, and put into the page, for as long as that is open.
  const stop = () => void parts.session.send('Page.stopLoading').catch(pageIsGone);
  budget.overfull.addEventListener('abort', stop, { once: true });
  return {
    get cut() {
      return budget.exceeded;
    },
    get disallowed() {
      return disallowed;
    },
    get navigatedTo() {
      return [...navigatedTo];
    },
    overfull: budget.overfull,
    left: left.signal,
  };
}

interface Budget {
  readonly exceeded: boolean;
  readonly overfull: AbortSignal;
  /** Whether one more request may go out. */
  admit(): boolean;
  /** One more request went out unasked. */
  count(): void;
  /** So much more of a resource reached the page. */
  receive(resource: string, bytes: number): void;
}

function createBudget(fed: AbortSignal): Budget {
  const cut = new AbortController();
  const overfull = AbortSignal.any([fed, cut.signal]);
  const ofResource = new Map<string, number>();
  let requests = 0;
  let total = 0;
  return {
    overfull,
    get exceeded() {
      return requests > pageLimits.subresources || overfull.aborted;
    },
    admit() {
      requests += 1;
      return !this.exceeded;
    },
    count() {
      if (!this.admit()) cut.abort();
    },
    receive(resource, bytes) {
      const size = (ofResource.get(resource) ?? 0) + bytes;
      ofResource.set(resource, size);
      total += bytes;
      if (size > pageLimits.resourceBytes || total > pageLimits.totalBytes) cut.abort();
    },
  };
}

/** The frame of this page that asks; null when it is a popup's, or of a page that does not exist yet. */
export function frameOf(asked: Request, page: Page): Frame | null {
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

/** Playwright tells sizes only of what has ended, and routes no websockets; both are counted as they come. */
async function watchTraffic(session: CDPSession, budget: Budget): Promise<void> {
  let document: string | null = null;
  session.on('Network.requestWillBeSent', ({ requestId, loaderId }) => {
    if (requestId === loaderId) document ??= requestId;
  });
  // Decompressed: a few kilobytes on the wire can unpack to gigabytes. The document was cut when it was fetched.
  session.on('Network.dataReceived', ({ requestId, dataLength }) => {
    if (requestId !== document) budget.receive(requestId, dataLength);
  });
  session.on('Network.webSocketFrameReceived', ({ requestId, response }) =>
    budget.receive(requestId, response.payloadData.length),
  );
  session.on('Network.webSocketCreated', () => budget.count());
  await session.send('Network.enable');
}

const msToLeave = 500;

function pageIsGone(): void {
  // The page was closed while it asked; its outcome is told elsewhere.
}
